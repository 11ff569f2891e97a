using OwlBoard.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(StoreServers))]

namespace OwlBoard.Tests.Fixtures;

/// <summary>A PostgreSQL and a Redis server shared by all tests, started on first use and stopped after the last test.</summary>
public sealed class StoreServers : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgreSqlServer>> LazyPostgreSql = new(() => PostgreSqlServer.StartAsync());
    private static readonly Lazy<Task<RedisServer>> LazyRedis = new(() => RedisServer.StartAsync());

    internal static Task<PostgreSqlServer> PostgreSqlAsync() => LazyPostgreSql.Value;

    internal static Task<RedisServer> RedisAsync() => LazyRedis.Value;

    public async ValueTask DisposeAsync()
    {
        await StopAsync(LazyPostgreSql);
        await StopAsync(LazyRedis);
    }

    private static async Task StopAsync<TServer>(Lazy<Task<TServer>> server)
        where TServer : IAsyncDisposable
    {
        if (server is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } started })
        {
            await (await started).DisposeAsync();
        }
    }
}
