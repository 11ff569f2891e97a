using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>
/// SQLite takes one writer at a time. Left to the driver, the others block a thread each and poll every 150 ms, and the
/// unlucky ones fail with "database is locked"; here they queue up, without a thread.
/// </summary>
/// <remarks>
/// Every write goes through <see cref="DbContext.SaveChangesAsync(CancellationToken)"/>, without a transaction around
/// it: one that held SQLite's lock while it waited in this queue would wait for ever.
/// </remarks>
internal sealed class SqliteWriterQueue : SaveChangesInterceptor, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        _turn.Release();
        return ValueTask.FromResult(result);
    }

    public override Task SaveChangesFailedAsync(
        DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        _turn.Release();
        return Task.CompletedTask;
    }

    public override Task SaveChangesCanceledAsync(
        DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        _turn.Release();
        return Task.CompletedTask;
    }

    public override InterceptionResult<int> SavingChanges(
        DbContextEventData eventData, InterceptionResult<int> result) =>
        throw new NotSupportedException("Writes wait for their turn: use SaveChangesAsync.");

    public void Dispose() => _turn.Dispose();
}
