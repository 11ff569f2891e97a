using System.Collections.Concurrent;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Counts the active requests of each client. A client without active requests has no entry, so the number of open
/// connections bounds the memory.
/// </summary>
internal sealed class ConnectionLimiter
{
    private readonly ConcurrentDictionary<ulong, int> _active = new();

    /// <summary>The number of clients with active requests.</summary>
    public int Clients => _active.Count;

    /// <summary>Counts a request of the client, unless its limit is reached.</summary>
    public bool TryEnter(ulong client, int limit)
    {
        while (true)
        {
            if (!_active.TryGetValue(client, out var count))
            {
                if (_active.TryAdd(client, 1))
                {
                    return true;
                }
            }
            else if (count >= limit)
            {
                return false;
            }
            else if (_active.TryUpdate(client, count + 1, count))
            {
                return true;
            }
        }
    }

    /// <summary>Decrements the count for a request for which <see cref="TryEnter"/> returned <see langword="true"/>.</summary>
    public void Leave(ulong client)
    {
        while (true)
        {
            var count = _active[client];
            if (count == 1 ? _active.TryRemove(new(client, 1)) : _active.TryUpdate(client, count - 1, count))
            {
                return;
            }
        }
    }
}
