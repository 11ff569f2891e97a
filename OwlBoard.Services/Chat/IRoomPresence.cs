using OwlBoard.Services.Http;

namespace OwlBoard.Services.Chat;

/// <summary>The users in each room, across replicas.</summary>
internal interface IRoomPresence
{
    public ValueTask<JoinOutcome> JoinAsync(string dashboardId, string connectionId, RoomUser user, ClientNetwork client);

    /// <summary>Removes a connection from a room.</summary>
    /// <returns>A value that indicates whether it was the user's last connection there.</returns>
    public ValueTask<bool> LeaveAsync(string dashboardId, string connectionId);

    /// <summary>Returns the users in a room, each once, in the order in which they joined.</summary>
    public ValueTask<IReadOnlyList<RoomUser>> ListAsync(string dashboardId);
}
