using OwlBoard.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(StoreServers))]

namespace OwlBoard.Tests.Fixtures;

/// <summary>One PostgreSQL for all tests that want one, started by the first of them and stopped after the last.</summary>
public sealed class StoreServers : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgreSqlServer>> LazyPostgreSql = new(() => PostgreSqlServer.StartAsync());

    internal static Task<PostgreSqlServer> PostgreSqlAsync() => LazyPostgreSql.Value;

    public async ValueTask DisposeAsync()
    {
        if (LazyPostgreSql is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } postgreSql })
        {
            await (await postgreSql).DisposeAsync();
        }
    }
}
