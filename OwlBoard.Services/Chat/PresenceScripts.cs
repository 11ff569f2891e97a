namespace OwlBoard.Services.Chat;

/// <summary>
/// The Lua scripts of presence, which Redis executes atomically. A room is a hash of connections; a connection counts while
/// the key of its replica exists, which expires unless the replica renews it. KEYS: the room. ARGV: the prefix of the
/// replica keys, then the arguments named at each script.
/// </summary>
internal static class PresenceScripts
{
    private const string IsAlive =
        """
        local known = {}
        local function alive(replica)
            if known[replica] == nil then known[replica] = redis.call('EXISTS', ARGV[1] .. replica) == 1 end
            return known[replica]
        end

        """;

    /// <summary>
    /// ARGV: the connection, its user, client and entry, the maximum of users, of connections per user and client, and per
    /// client, and the room's lifetime in ms. Returns a <see cref="JoinOutcome"/>.
    /// </summary>
    public const string Join = IsAlive +
        """
        local own, of_client, users, seen = 0, 0, 0, {}
        for _, value in ipairs(redis.call('HVALS', KEYS[1])) do
            local entry = cjson.decode(value)
            if alive(entry.replica) then
                if entry.client == ARGV[4] then
                    of_client = of_client + 1
                    if entry.user_id == ARGV[3] then own = own + 1 end
                end
                if not seen[entry.user_id] then seen[entry.user_id] = true; users = users + 1 end
            end
        end
        if own >= tonumber(ARGV[7]) then return 3 end
        if of_client >= tonumber(ARGV[8]) then return 4 end
        if not seen[ARGV[3]] and users >= tonumber(ARGV[6]) then return 2 end
        redis.call('HSET', KEYS[1], ARGV[2], ARGV[5])
        redis.call('PEXPIRE', KEYS[1], ARGV[9])
        return seen[ARGV[3]] and 1 or 0
        """;

    /// <summary>ARGV: the connection and its user. Returns whether it was the user's last connection.</summary>
    public const string Leave = IsAlive +
        """
        if redis.call('HDEL', KEYS[1], ARGV[2]) == 0 then return 0 end
        for _, value in ipairs(redis.call('HVALS', KEYS[1])) do
            local entry = cjson.decode(value)
            if entry.user_id == ARGV[3] and alive(entry.replica) then return 0 end
        end
        return 1
        """;

    /// <summary>Returns the entries of live replicas.</summary>
    public const string List = IsAlive +
        """
        local present = {}
        for _, value in ipairs(redis.call('HVALS', KEYS[1])) do
            if alive(cjson.decode(value).replica) then present[#present + 1] = value end
        end
        return present
        """;

    /// <summary>
    /// Removes the entries of dead replicas. ARGV: the room's lifetime in ms. Returns one entry for each user without a
    /// connection left, to the first caller only.
    /// </summary>
    public const string Sweep = IsAlive +
        """
        local present, dead = {}, {}
        local all = redis.call('HGETALL', KEYS[1])
        for i = 1, #all, 2 do
            local entry = cjson.decode(all[i + 1])
            if alive(entry.replica) then present[entry.user_id] = true else dead[#dead + 1] = i end
        end
        local gone = {}
        for _, i in ipairs(dead) do
            redis.call('HDEL', KEYS[1], all[i])
            local user = cjson.decode(all[i + 1]).user_id
            if not present[user] then present[user] = true; gone[#gone + 1] = all[i + 1] end
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return gone
        """;
}
