using OwlBoard.Services.Http;

namespace OwlBoard.Services.Chat;

/// <summary>Who is in which room, on whichever replica.</summary>
internal interface IRoomPresence
{
    public ValueTask<JoinOutcome> JoinAsync(string dashboardId, string connectionId, RoomUser user, ClientNetwork client);

    /// <summary>Takes a connection out of a room.</summary>
    /// <returns>Whether it was the user's last one there.</returns>
    public ValueTask<bool> LeaveAsync(string dashboardId, string connectionId);

    /// <summary>The users in a room, each once, in the order in which they came.</summary>
    public ValueTask<IReadOnlyList<RoomUser>> ListAsync(string dashboardId);
}
