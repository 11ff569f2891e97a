using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>One SQLite file a service.</summary>
internal sealed class SqliteStorage(string directory, string database) : IStorageProvider, IDisposable
{
    private readonly SqliteDurability _durability = new();
    private readonly SemaphoreSlim _writer = new(1, 1);

    public void Configure(DbContextOptionsBuilder builder)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(Path.GetFullPath(directory), $"{database}.db"),
            // Another process may hold the write lock, an operator's backup for one: wait rather than fail. Seconds.
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
                $"Storage:Directory {Path.GetFullPath(directory)} cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>
    /// SQLite takes one writer at a time. Left to the driver, the others block a thread each and poll every 150 ms, and
    /// the unlucky ones fail with "database is locked"; here they queue up, without a thread.
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

    /// <summary>A file is one process's.</summary>
    public ITopicOrder CreateTopicOrder() => new InProcessTopicOrder();

    public void Dispose() => _writer.Dispose();
}
