using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

/// <summary>A store with PostgreSQL for the data and Redis for messages between replicas.</summary>
internal sealed class SharedStore : IServiceStore
{
    private readonly PostgreSqlStore _data = new();

    public async Task<string[]> CreateAsync()
    {
        var redis = await StoreServers.RedisAsync();
        return [.. await _data.CreateAsync(), $"--Redis:ConnectionString={redis.ConnectionString}"];
    }

    public ValueTask DisposeAsync() => _data.DisposeAsync();
}
