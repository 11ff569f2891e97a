using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Chat;

/// <summary>The stored messages and rooms.</summary>
internal sealed class ChatHistory(IDbContextFactory<ChatDb> contexts, TimeProvider time)
{
    private const int DefaultLimit = 50;

    public async Task<MessageResponse> AddAsync(
        string dashboardId, RoomUser author, Draft draft, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var message = new ChatMessage
        {
            Id = HexId.New(time),
            DashboardId = dashboardId,
            UserId = author.UserId,
            Username = author.Username,
            Content = draft.Content,
            MessageType = draft.MessageType,
            ReplyTo = draft.ReplyTo,
            Timestamp = time.UtcNow(),
        };
        db.Messages.Add(message);
        await db.SaveChangesAsync(cancellationToken);
        return MessageResponse.From(message);
    }

    public async Task<bool> ContainsAsync(string dashboardId, string messageId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Messages.AnyAsync(m => m.Id == messageId && m.DashboardId == dashboardId, cancellationToken);
    }

    /// <summary>Returns a page of a room's messages, oldest first, and their total number.</summary>
    public async Task<(List<MessageResponse> Messages, int Total)> ReadAsync(
        string dashboardId, Page page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var all = db.Messages.AsNoTracking().Where(m => m.DashboardId == dashboardId);
        var messages = await all
            .OrderBy(m => m.Sequence)
            .Skip(page.Skip)
            .Take(page.Limit ?? DefaultLimit)
            .ToListAsync(cancellationToken);
        return (messages.ConvertAll(MessageResponse.From), await all.CountAsync(cancellationToken));
    }

    public async Task<ChatRoom?> FindRoomAsync(string dashboardId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Rooms.AsNoTracking().SingleOrDefaultAsync(r => r.DashboardId == dashboardId, cancellationToken);
    }

    public async Task EnsureRoomAsync(string dashboardId, string userId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Rooms.AnyAsync(r => r.DashboardId == dashboardId, cancellationToken))
        {
            return;
        }

        db.Rooms.Add(new()
        {
            DashboardId = dashboardId,
            Id = HexId.New(time),
            Name = $"Chat of dashboard {dashboardId}",
            CreatedBy = userId,
            CreatedAt = time.UtcNow(),
        });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // A concurrent request created the room.
            if (await FindRoomAsync(dashboardId, cancellationToken) is null)
            {
                throw;
            }
        }
    }
}
