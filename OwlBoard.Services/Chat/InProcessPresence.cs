using Microsoft.Extensions.Options;
using OwlBoard.Services.Http;
using OwlBoard.Services.Users;

namespace OwlBoard.Services.Chat;

/// <summary>Presence within one process.</summary>
internal sealed class InProcessPresence(IOptions<ChatOptions> options) : IRoomPresence
{
    private readonly Lock _change = new();
    private readonly Dictionary<string, OrderedDictionary<string, Connection>> _rooms = [];

    public ValueTask<JoinOutcome> JoinAsync(string dashboardId, string connectionId, RoomUser user, ClientNetwork client)
    {
        lock (_change)
        {
            if (!_rooms.TryGetValue(dashboardId, out var room))
            {
                _rooms[dashboardId] = room = [];
            }

            var outcome = Judge(room.Values, user, client);
            if (outcome is JoinOutcome.Arrived or JoinOutcome.AlreadyThere)
            {
                room.Add(connectionId, new(user, client));
            }

            return ValueTask.FromResult(outcome);
        }
    }

    public ValueTask<bool> LeaveAsync(string dashboardId, string connectionId)
    {
        lock (_change)
        {
            if (!_rooms.TryGetValue(dashboardId, out var room) || !room.Remove(connectionId, out var connection))
            {
                return ValueTask.FromResult(false);
            }

            if (room.Count == 0)
            {
                _rooms.Remove(dashboardId);
            }

            return ValueTask.FromResult(!room.Values.Any(other => other.User.UserId == connection.User.UserId));
        }
    }

    public ValueTask<IReadOnlyList<RoomUser>> ListAsync(string dashboardId)
    {
        lock (_change)
        {
            return ValueTask.FromResult<IReadOnlyList<RoomUser>>(
                _rooms.TryGetValue(dashboardId, out var room)
                    ? [.. room.Values.Select(connection => connection.User).DistinctBy(user => user.UserId)]
                    : []);
        }
    }

    private JoinOutcome Judge(ICollection<Connection> room, RoomUser user, ClientNetwork client)
    {
        var ofClient = room.Where(other => other.Client == client).ToList();
        if (ofClient.Count(other => other.User.UserId == user.UserId) >= options.Value.ConnectionsPerUser)
        {
            return JoinOutcome.UserIsAtLimit;
        }

        if (ofClient.Count >= options.Value.ConnectionsPerClient)
        {
            return JoinOutcome.ClientIsAtLimit;
        }

        if (room.Any(other => other.User.UserId == user.UserId))
        {
            return JoinOutcome.AlreadyThere;
        }

        return room.DistinctBy(other => other.User.UserId).Count() >= options.Value.UsersInRoom
            ? JoinOutcome.RoomIsFull
            : JoinOutcome.Arrived;
    }

    private sealed record Connection(RoomUser User, ClientNetwork Client);
}
