using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>
/// One process migrates at a time, by a lock that the kernel gives back when its holder dies. EF Core's own is a row
/// in the database: a process killed while it migrates leaves it behind, and every later start waits for it for ever.
/// </summary>
internal static class SqliteMigrationLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(100);

    public static async Task<IDisposable> AcquireAsync(string directory, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, ".migration-lock");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!deadline.IsCancellationRequested)
            {
                // Held by a process that migrates. It takes milliseconds.
                await Task.Delay(RetryEvery, cancellationToken);
            }
        }
    }

    /// <summary>Removes EF Core's lock row. Only for who holds the lock of this class: then the row is abandoned.</summary>
    public static async Task RemoveAbandonedAsync(DbContext context, CancellationToken cancellationToken)
    {
        try
        {
            await context.Database.ExecuteSqlRawAsync("DELETE FROM __EFMigrationsLock", cancellationToken);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == SqliteErrors.NoSuchTable)
        {
            // A new database.
        }
    }
}
