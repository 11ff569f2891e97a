using Npgsql;
using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Storage.PostgreSql;

/// <summary>Order across replicas, by a lock in the database that they share.</summary>
internal sealed partial class PostgreSqlTopicOrder(NpgsqlDataSource connections, ILogger<PostgreSqlTopicOrder> logger)
    : ITopicOrder
{
    private const int Tries = 3;
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Each lock that is held or awaited keeps a connection, and whoever holds it needs another one to store with: at
    /// most a quarter of the pool goes to locks.
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
            // The connection is gone, and the lock with it. What was to be done is done.
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
                // A connection from before the server restarted, most likely: the pool has others.
                await Task.Delay(RetryEvery, cancellationToken);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The lock of {Topic} was lost while it was held: its last two events may be out of order")]
    private partial void LogLockLost(Exception lost, string topic);
}
