using OwlBoard.Services.Http;
using OwlBoard.Services.Realtime;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Chat;

/// <summary>Joins users to rooms, posts messages, and publishes both to the room.</summary>
internal sealed class ChatRooms(
    ChatHistory history, IRoomPresence presence, IFanOut fanOut, ITopicOrder order, TimeProvider time)
{
    public static string Topic(string dashboardId) => $"chat:{dashboardId}";

    /// <summary>Adds a user to a room unless a limit is reached, and notifies the others.</summary>
    public async Task<JoinOutcome> EnterAsync(
        string dashboardId, SocketConnection connection, RoomUser user, ClientNetwork client, CancellationToken cancellationToken)
    {
        await history.EnsureRoomAsync(dashboardId, user.UserId, cancellationToken);
        var outcome = await presence.JoinAsync(dashboardId, connection.Id, user, client);
        if (outcome == JoinOutcome.Arrived)
        {
            await PublishToOthersAsync("user_joined", dashboardId, connection, user);
        }

        return outcome;
    }

    public async Task LeaveAsync(string dashboardId, SocketConnection connection, RoomUser user)
    {
        if (await presence.LeaveAsync(dashboardId, connection.Id))
        {
            await PublishToOthersAsync("user_left", dashboardId, connection, user);
        }
    }

    /// <summary>Publishes that a user has left whose replica died.</summary>
    public ValueTask PublishDepartureAsync(string dashboardId, RoomUser user) =>
        fanOut.PublishAsync(
            Topic(dashboardId), SocketMessage.Write("user_left", new PresenceEvent(user.UserId, user.Username, Now())));

    /// <summary>Stores a message, then publishes it to all users in the room, including its author.</summary>
    public async Task<MessageResponse> PostAsync(
        string dashboardId, RoomUser author, Draft draft, CancellationToken cancellationToken)
    {
        MessageResponse stored = null!;
        await order.RunAsync(Topic(dashboardId), StoreAndTellAsync, cancellationToken);
        return stored;

        async Task StoreAndTellAsync()
        {
            stored = await history.AddAsync(dashboardId, author, draft, cancellationToken);
            await fanOut.PublishAsync(Topic(dashboardId), SocketMessage.Write("chat_message", stored));
        }
    }

    public ValueTask PublishTypingAsync(string dashboardId, SocketConnection connection, RoomUser user, bool isTyping) =>
        fanOut.PublishAsync(
            Topic(dashboardId),
            SocketMessage.Write("typing", new TypingEvent(user.UserId, user.Username, isTyping, Now())),
            connection.Id);

    private ValueTask PublishToOthersAsync(string type, string dashboardId, SocketConnection connection, RoomUser user) =>
        fanOut.PublishAsync(
            Topic(dashboardId), SocketMessage.Write(type, new PresenceEvent(user.UserId, user.Username, Now())), connection.Id);

    private DateTime Now() => time.UtcNow();
}
