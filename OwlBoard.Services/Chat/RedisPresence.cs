using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OwlBoard.Services.Http;
using OwlBoard.Services.Realtime.Redis;
using StackExchange.Redis;

namespace OwlBoard.Services.Chat;

/// <summary>
/// Presence across replicas. Each replica is a key in Redis that expires unless a heartbeat renews it; its entries count
/// only while the key exists. While Redis is unavailable a replica knows its own users only. Afterwards it registers its
/// entries again under a new key and deletes the old one, which invalidates entries that it could not remove.
/// </summary>
internal sealed class RedisPresence : IRoomPresence
{
    private const string RoomPrefix = "owlboard:chat:room:";
    private const string ReplicaPrefix = "owlboard:chat:replica:";

    /// <summary>The lifetime in milliseconds of a room that no replica renews; longer than any heartbeat.</summary>
    private const int RoomLifetime = 60 * 60 * 1000;

    private readonly RedisConnection _redis;
    private readonly InProcessPresence _own;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly ChatOptions _limits;
    private readonly ConcurrentDictionary<(string Room, string Connection), PresenceEntry> _entries = new();
    private volatile string _replica = "";
    private volatile bool _isStale = true;

    public RedisPresence(
        RedisConnection redis, InProcessPresence own, IOptions<RedisOptions> options, IOptions<ChatOptions> limits, TimeProvider time)
    {
        _redis = redis;
        _own = own;
        _time = time;
        _timeout = options.Value.PresenceTimeout;
        _limits = limits.Value;
        redis.Restored += () => _isStale = true;
    }

    public async ValueTask<JoinOutcome> JoinAsync(string dashboardId, string connectionId, RoomUser user, ClientNetwork client)
    {
        var outcome = await _own.JoinAsync(dashboardId, connectionId, user, client);
        if (IsRefusal(outcome))
        {
            return outcome;
        }

        var replica = _replica;
        var entry = new PresenceEntry(
            replica, user.UserId, user.Username, client.Value, (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        _entries[(dashboardId, connectionId)] = entry;
        try
        {
            outcome = (JoinOutcome)(int)await EvaluateAsync(
                PresenceScripts.Join, dashboardId, connectionId, user.UserId, client.Value, Serialize(entry),
                _limits.UsersInRoom, _limits.ConnectionsPerUser, _limits.ConnectionsPerClient, RoomLifetime);
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            _isStale = true;
            return outcome;
        }

        if (IsRefusal(outcome))
        {
            await LeaveAsync(dashboardId, connectionId);
        }
        else if (replica != _replica)
        {
            // The replica's key changed during the join, so the entry must be registered again.
            _isStale = true;
        }

        return outcome;
    }

    public async ValueTask<bool> LeaveAsync(string dashboardId, string connectionId)
    {
        var wasLastHere = await _own.LeaveAsync(dashboardId, connectionId);
        if (!_entries.TryRemove((dashboardId, connectionId), out var entry))
        {
            return false;
        }

        try
        {
            return (bool)await EvaluateAsync(PresenceScripts.Leave, dashboardId, connectionId, entry.UserId);
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            _isStale = true;
            return wasLastHere;
        }
    }

    public async ValueTask<IReadOnlyList<RoomUser>> ListAsync(string dashboardId)
    {
        try
        {
            var entries = (RedisValue[])(await EvaluateAsync(PresenceScripts.List, dashboardId))!;
            return
            [
                .. entries.Select(Deserialize)
                    .OrderBy(entry => entry.Since)
                    .DistinctBy(entry => entry.UserId)
                    .Select(entry => new RoomUser(entry.UserId, entry.Username)),
            ];
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            return await _own.ListAsync(dashboardId);
        }
    }

    /// <summary>Renews this replica's key, and removes the entries of dead replicas from its rooms.</summary>
    /// <returns>The users who left with those replicas, to be published.</returns>
    public async Task<IReadOnlyList<Departure>> SendHeartbeatAsync()
    {
        try
        {
            if (_isStale || !await _redis.Database.StringSetAsync(Alive(_replica), "", _timeout, When.Exists))
            {
                await RegisterAgainAsync();
            }

            var rooms = _entries.Keys.Select(key => key.Room).Distinct().ToList();
            var swept = await Task.WhenAll(rooms.Select(room => EvaluateAsync(PresenceScripts.Sweep, room, RoomLifetime)));
            return
            [
                .. rooms.Zip(swept).SelectMany(room => ((RedisValue[])room.Second!)
                    .Select(Deserialize)
                    .Select(entry => new Departure(room.First, new(entry.UserId, entry.Username)))),
            ];
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            _isStale = true;
            return [];
        }
    }

    private async Task RegisterAgainAsync()
    {
        // Reset first, so that a failure from here on sets it again.
        _isStale = false;
        var old = _replica;
        var replica = Guid.NewGuid().ToString("N");
        await _redis.Database.StringSetAsync(Alive(replica), "", _timeout);
        _replica = replica;

        var said = _entries.Keys.ToList();
        await Task.WhenAll(said.Select(key => _entries.TryGetValue(key, out var entry)
            ? _redis.Database.HashSetAsync(RoomPrefix + key.Room, key.Connection, Serialize(entry with { Replica = replica }))
            : Task.CompletedTask));
        // Connections that left meanwhile may have been removed before they were registered.
        await Task.WhenAll(said.Where(key => !_entries.ContainsKey(key)).Select(
            key => _redis.Database.HashDeleteAsync(RoomPrefix + key.Room, key.Connection)));
        // Last: until here the other replicas count the entries under the old key.
        await _redis.Database.KeyDeleteAsync(Alive(old));
    }

    private static bool IsRefusal(JoinOutcome outcome) => outcome is not (JoinOutcome.Arrived or JoinOutcome.AlreadyThere);

    private static RedisKey Alive(string replica) => ReplicaPrefix + replica;

    private static string Serialize(PresenceEntry entry) => JsonSerializer.Serialize(entry, ApiConventions.Json);

    private static PresenceEntry Deserialize(RedisValue entry) =>
        JsonSerializer.Deserialize<PresenceEntry>((string)entry!, ApiConventions.Json)!;

    private Task<RedisResult> EvaluateAsync(string script, string room, params RedisValue[] arguments) =>
        _redis.Database.ScriptEvaluateAsync(script, [RoomPrefix + room], [ReplicaPrefix, .. arguments]);
}
