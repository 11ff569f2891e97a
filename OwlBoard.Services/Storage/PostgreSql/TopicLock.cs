using Npgsql;

namespace OwlBoard.Services.Storage.PostgreSql;

/// <summary>
/// The advisory lock of a topic, held by a transaction of its own. The transaction that stores commits before the event is
/// published, and the lock must be held until the event is published.
/// </summary>
internal sealed class TopicLock : IAsyncDisposable
{
    /// <summary>
    /// Releases the lock of a holder that hangs or is disconnected after 10 s, so that the topic continues. Storing and
    /// publishing takes milliseconds.
    /// </summary>
    private const string SetHoldTimeout = "SET LOCAL idle_in_transaction_session_timeout = '10s'";

    /// <summary>Acquires the lock. Topics with the same hash share one.</summary>
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";

    private readonly NpgsqlConnection _connection;
    private NpgsqlTransaction? _transaction;

    private TopicLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<TopicLock> TakeAsync(
        NpgsqlDataSource connections, string topic, CancellationToken cancellationToken)
    {
        var held = new TopicLock(await connections.OpenConnectionAsync(cancellationToken));
        try
        {
            held._transaction = await held._connection.BeginTransactionAsync(cancellationToken);
            await using var take = new NpgsqlBatch(held._connection, held._transaction)
            {
                BatchCommands = { new(SetHoldTimeout), new(Lock) { Parameters = { new() { Value = topic } } } },
            };
            await take.ExecuteNonQueryAsync(cancellationToken);
            return held;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>Releases the lock.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => _transaction!.CommitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
        }

        await _connection.DisposeAsync();
    }
}
