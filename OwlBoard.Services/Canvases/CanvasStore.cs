using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Canvases;

/// <summary>Reads and writes canvases, without ever letting a save undo one that it has not seen.</summary>
internal sealed class CanvasStore(IDbContextFactory<CanvasesDb> contexts, TimeProvider time)
{
    /// <summary>Creates a canvas.</summary>
    /// <returns><see langword="null"/> if there is one with this id.</returns>
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
            // Somebody else created it in between, unless something is really wrong.
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

    /// <summary>The state without the shapes, which may be megabytes.</summary>
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
    /// The canvas' state afterwards and whether the shapes are in it: not, if <paramref name="baseVersion"/> is no
    /// longer current. The state is <see langword="null"/> if there is no such canvas.
    /// </returns>
    public async Task<(CanvasState? State, bool IsSaved)> SaveAsync(
        string id, ShapesJson shapes, long? baseVersion, CancellationToken cancellationToken)
    {
        while (true)
        {
            var current = await FindStateAsync(id, cancellationToken);
            // The same shapes again, as a client that missed the answer sends them: done already, whatever the base.
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

    /// <summary>Updates the canvas if it is still at the version that was read.</summary>
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

    /// <summary>The row to write, without having read its shapes.</summary>
    private static Canvas Stub(CanvasState state) =>
        new() { Id = state.CanvasId, Version = state.Version, Checksum = state.Checksum, Shapes = "" };
}
