using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>
/// Lets one process migrate at a time, by a lock that the kernel releases when its holder dies. EF Core's own lock is a row
/// in the database: a process killed during a migration leaves it behind, and every later start waits forever.
/// </summary>
internal static class SqliteMigrationLock
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    public static async Task<IDisposable> AcquireAsync(string directory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, ".migration-lock");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(LockTimeout);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!deadline.IsCancellationRequested)
            {
                // Another process is migrating, which takes milliseconds.
                await Task.Delay(RetryInterval, cancellationToken);
            }
        }
    }

    /// <summary>Removes EF Core's lock row. Requires the lock of this class: then the row is abandoned.</summary>
    public static async Task RemoveAbandonedAsync(DbContext context, CancellationToken cancellationToken)
    {
        try
        {
            await context.Database.ExecuteSqlRawAsync("DELETE FROM __EFMigrationsLock", cancellationToken);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == SqliteErrors.NoSuchTable)
        {
            // The database is new.
        }
    }
}
