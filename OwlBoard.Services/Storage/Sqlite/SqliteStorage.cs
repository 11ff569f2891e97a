using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>One SQLite file per service.</summary>
internal sealed class SqliteStorage(string directory, string database) : IStorageProvider, IDisposable
{
    private readonly SqliteDurability _durability = new();
    private readonly SemaphoreSlim _writer = new(1, 1);

    public void Configure(DbContextOptionsBuilder builder)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(Path.GetFullPath(directory), $"{database}.db"),
            // In seconds. Another process, such as a backup, may hold the write lock for a while.
            DefaultTimeout = 30,
        };
        builder.UseSqlite(connection.ConnectionString).AddInterceptors(_durability);
    }

    public async Task MigrateAsync(DbContext context, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(directory);
            using var alone = await SqliteMigrationLock.AcquireAsync(directory, cancellationToken);
            await SqliteMigrationLock.RemoveAbandonedAsync(context, cancellationToken);
            await context.Database.MigrateAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                $"Storage:Directory is '{Path.GetFullPath(directory)}', which cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>
    /// Queues the write: SQLite has one writer at a time. The driver would block a thread per writer, poll every 150 ms, and fail
    /// some with "database is locked"; this queue needs no thread.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            return await write();
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Creates an order within this process, because a file is used by one process only.</summary>
    public ITopicOrder CreateTopicOrder() => new InProcessTopicOrder();

    public void Dispose() => _writer.Dispose();
}
