using Npgsql;

namespace OwlBoard.Services.Storage.PostgreSql;

/// <summary>Order across replicas, by locks in their shared database.</summary>
internal sealed partial class PostgreSqlTopicOrder(NpgsqlDataSource connections, ILogger<PostgreSqlTopicOrder> logger)
    : ITopicOrder
{
    private const int Tries = 3;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Limits the locks of this process. Each held or awaited lock uses a connection, and its holder needs another one to store,
    /// so locks get at most a quarter of the pool.
    /// </summary>
    private readonly InProcessTopicOrder _own = new(Math.Clamp(
        new NpgsqlConnectionStringBuilder(connections.ConnectionString).MaxPoolSize / 4, 1, InProcessTopicOrder.DefaultLocks));

    public Task RunAsync(string topic, Func<Task> action, CancellationToken cancellationToken) =>
        _own.RunAsync(topic, () => RunLockedAsync(topic, action, cancellationToken), cancellationToken);

    private async Task RunLockedAsync(string topic, Func<Task> action, CancellationToken cancellationToken)
    {
        await using var held = await LockAsync(topic, cancellationToken);
        await action();
        try
        {
            await held.CommitAsync(CancellationToken.None);
        }
        catch (NpgsqlException lost)
        {
            // The connection was lost, and the lock with it. The action has completed.
            LogLockLost(lost, topic);
        }
    }

    private async Task<TopicLock> LockAsync(string topic, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TopicLock.TakeAsync(connections, topic, cancellationToken);
            }
            catch (NpgsqlException broken) when (broken.IsTransient && attempt < Tries)
            {
                // Most likely a pooled connection from before a server restart; the pool has others.
                await Task.Delay(RetryInterval, cancellationToken);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The lock of {Topic} was lost while held; its last two events may be out of order.")]
    private partial void LogLockLost(Exception lost, string topic);
}
