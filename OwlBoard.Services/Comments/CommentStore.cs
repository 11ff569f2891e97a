using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Comments;

/// <summary>Stores comments and publishes the changes.</summary>
internal sealed class CommentStore(IDbContextFactory<CommentsDb> contexts, CommentEvents events, TimeProvider time)
{
    public async Task<CommentResponse> CreateAsync(
        string dashboardId, string userId, CreateCommentRequest request, CancellationToken cancellationToken)
    {
        var now = time.UtcNow();
        var comment = new Comment
        {
            Id = HexId.New(time),
            DashboardId = dashboardId,
            UserId = userId,
            UserName = string.IsNullOrWhiteSpace(request.UserName) ? "Anonymous" : request.UserName.Trim(),
            Content = request.Content!,
            X = request.Coordinates!.X,
            Y = request.Coordinates.Y,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var response = CommentResponse.From(comment);
        await events.InOrderAsync(dashboardId, StoreAsync, cancellationToken);
        return response;

        async Task StoreAsync()
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            db.Comments.Add(comment);
            await db.SaveChangesAsync(cancellationToken);
            await events.CreatedAsync(response);
        }
    }

    public async Task<CommentResponse?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Comments.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is { } comment
            ? CommentResponse.From(comment)
            : null;
    }

    public async Task<List<CommentResponse>> ListAsync(string dashboardId, Page page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var comments = await db.Comments.AsNoTracking()
            .Where(c => c.DashboardId == dashboardId)
            .OrderBy(c => c.CreatedAt).ThenBy(c => c.Id)
            .Skip(page.Skip)
            .Take(page.Limit ?? Page.MaxLimit)
            .ToListAsync(cancellationToken);
        return comments.ConvertAll(CommentResponse.From);
    }

    /// <summary>Changes a comment.</summary>
    /// <returns>The changed comment; <see langword="null"/> if it does not exist.</returns>
    public Task<CommentResponse?> UpdateAsync(
        string id, string? content, Coordinates? coordinates, CancellationToken cancellationToken) =>
        ChangeAsync(id, async (db, comment) =>
        {
            comment.Content = content ?? comment.Content;
            comment.X = coordinates?.X ?? comment.X;
            comment.Y = coordinates?.Y ?? comment.Y;
            comment.UpdatedAt = time.UtcNow();
            await db.SaveChangesAsync(cancellationToken);
            await events.UpdatedAsync(CommentResponse.From(comment));
        }, cancellationToken);

    /// <summary>Deletes a comment.</summary>
    /// <returns>A value that indicates whether it existed.</returns>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) =>
        await ChangeAsync(id, async (db, comment) =>
        {
            db.Comments.Remove(comment);
            await db.SaveChangesAsync(cancellationToken);
            await events.DeletedAsync(new(comment.Id, comment.DashboardId));
        }, cancellationToken) is not null;

    private async Task<CommentResponse?> ChangeAsync(
        string id, Func<CommentsDb, Comment, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var dashboardId = await db.Comments
            .Where(c => c.Id == id)
            .Select(c => c.DashboardId)
            .SingleOrDefaultAsync(cancellationToken);
        if (dashboardId is null)
        {
            return null;
        }

        CommentResponse? changed = null;
        try
        {
            await events.InOrderAsync(dashboardId, ReadAndChangeAsync, cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another replica deleted it between the read and the write.
            return null;
        }

        return changed;

        async Task ReadAndChangeAsync()
        {
            if (await db.Comments.SingleOrDefaultAsync(c => c.Id == id, cancellationToken) is { } comment)
            {
                await change(db, comment);
                changed = CommentResponse.From(comment);
            }
        }
    }
}
