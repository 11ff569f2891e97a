using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Canvases;

/// <summary>Reads and writes canvases. A save never overwrites another one that its client has not seen.</summary>
internal sealed class CanvasStore(IDbContextFactory<CanvasesDb> contexts, TimeProvider time)
{
    /// <summary>Creates a canvas.</summary>
    /// <returns>The new state; <see langword="null"/> if a canvas with this id exists.</returns>
    public async Task<CanvasState?> CreateAsync(string id, ShapesJson shapes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Canvases.AnyAsync(c => c.Id == id, cancellationToken))
        {
            return null;
        }

        db.Canvases.Add(new()
        {
            Id = id,
            Version = 1,
            Checksum = shapes.Checksum,
            Shapes = shapes.Text,
            UpdatedAt = time.UtcNow(),
        });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return new(id, 1, shapes.Checksum);
        }
        catch (DbUpdateException)
        {
            // A concurrent request created it, unless this is another error.
            if (await FindStateAsync(id, cancellationToken) is not null)
            {
                return null;
            }

            throw;
        }
    }

    public async Task<Canvas?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Canvases.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken);
    }

    /// <summary>Returns the state without the shapes, which may be megabytes.</summary>
    public async Task<CanvasState?> FindStateAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Canvases
            .Where(c => c.Id == id)
            .Select(c => new CanvasState(c.Id, c.Version, c.Checksum))
            .SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Replaces the shapes.</summary>
    /// <returns>
    /// The current state and a value that indicates whether the shapes are saved, which is false if
    /// <paramref name="baseVersion"/> is stale. The state is <see langword="null"/> if the canvas does not exist.
    /// </returns>
    public async Task<(CanvasState? State, bool IsSaved)> SaveAsync(
        string id, ShapesJson shapes, long? baseVersion, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = await FindStateAsync(id, cancellationToken);
            // The shapes are already saved, for example by a client that missed the response and retried.
            if (current is null || current.Checksum == shapes.Checksum)
            {
                return (current, true);
            }

            if (baseVersion is { } version && version != current.Version)
            {
                return (current, false);
            }

            if (await TryReplaceAsync(current, shapes, cancellationToken))
            {
                return (new(id, current.Version + 1, shapes.Checksum), true);
            }
        }
    }

    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        while (await FindStateAsync(id, cancellationToken) is { } current)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            db.Canvases.Remove(Stub(current));
            if (await TrySaveAsync(db, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Updates the canvas if it still has the version that was read.</summary>
    private async Task<bool> TryReplaceAsync(CanvasState current, ShapesJson shapes, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var canvas = Stub(current);
        db.Canvases.Attach(canvas);
        canvas.Version = current.Version + 1;
        canvas.Checksum = shapes.Checksum;
        canvas.Shapes = shapes.Text;
        canvas.UpdatedAt = time.UtcNow();
        return await TrySaveAsync(db, cancellationToken);
    }

    private static async Task<bool> TrySaveAsync(CanvasesDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    /// <summary>Creates the row to update, without its shapes having been read.</summary>
    private static Canvas Stub(CanvasState state) =>
        new() { Id = state.CanvasId, Version = state.Version, Checksum = state.Checksum, Shapes = "" };
}
