using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

internal sealed class PostgreSqlStore : IServiceStore
{
    public async Task<string[]> CreateAsync()
    {
        var server = await StoreServers.PostgreSqlAsync();
        return ["--Storage:Provider=postgresql", $"--Storage:ConnectionString={await server.CreateDatabaseAsync()}"];
    }

    /// <summary>Does nothing: the database is deleted with the server.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
