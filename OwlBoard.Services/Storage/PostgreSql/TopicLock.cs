using Npgsql;

namespace OwlBoard.Services.Storage.PostgreSql;

/// <summary>
/// A topic's advisory lock. A transaction of its own holds it, not the one that stores: what is broadcast has been
/// committed by then, and the next in line must come after the broadcast.
/// </summary>
internal sealed class TopicLock : IAsyncDisposable
{
    /// <summary>
    /// A holder that freezes or is cut off loses its lock after 10 s, and the topic goes on without it. Storing and
    /// broadcasting takes milliseconds.
    /// </summary>
    private const string LimitHolding = "SET LOCAL idle_in_transaction_session_timeout = '10s'";

    /// <summary>Two topics with the same hash merely take turns.</summary>
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
                BatchCommands = { new(LimitHolding), new(Lock) { Parameters = { new() { Value = topic } } } },
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

    /// <summary>Gives the lock back.</summary>
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
