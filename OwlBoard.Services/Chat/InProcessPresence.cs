namespace OwlBoard.Services.Chat;

/// <summary>Presence within one process.</summary>
internal sealed class InProcessPresence : IRoomPresence
{
    private readonly Lock _change = new();
    private readonly Dictionary<string, OrderedDictionary<string, RoomUser>> _rooms = [];

    public ValueTask<JoinOutcome> JoinAsync(string dashboardId, string connectionId, RoomUser user)
    {
        lock (_change)
        {
            if (!_rooms.TryGetValue(dashboardId, out var room))
            {
                _rooms[dashboardId] = room = [];
            }

            var ownConnections = room.Values.Count(other => other.UserId == user.UserId);
            var isFull = ownConnections == 0
                ? room.Values.DistinctBy(other => other.UserId).Count() >= ChatLimits.UsersInRoom
                : ownConnections >= ChatLimits.ConnectionsOfUser;
            if (isFull)
            {
                return ValueTask.FromResult(JoinOutcome.Full);
            }

            room.Add(connectionId, user);
            return ValueTask.FromResult(ownConnections == 0 ? JoinOutcome.Arrived : JoinOutcome.AlreadyThere);
        }
    }

    public ValueTask<bool> LeaveAsync(string dashboardId, string connectionId)
    {
        lock (_change)
        {
            if (!_rooms.TryGetValue(dashboardId, out var room) || !room.Remove(connectionId, out var user))
            {
                return ValueTask.FromResult(false);
            }

            if (room.Count == 0)
            {
                _rooms.Remove(dashboardId);
            }

            return ValueTask.FromResult(!room.Values.Any(other => other.UserId == user.UserId));
        }
    }

    public ValueTask<IReadOnlyList<RoomUser>> ListAsync(string dashboardId)
    {
        lock (_change)
        {
            return ValueTask.FromResult<IReadOnlyList<RoomUser>>(
                _rooms.TryGetValue(dashboardId, out var room)
                    ? [.. room.Values.DistinctBy(user => user.UserId)]
                    : []);
        }
    }
}
