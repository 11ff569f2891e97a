using System.Collections.Concurrent;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Counts the requests that are being served, by client. It knows only clients that are being served now, so that its
/// memory is bounded by the open connections.
/// </summary>
internal sealed class ConnectionLimiter
{
    private readonly ConcurrentDictionary<ulong, int> _active = new();

    /// <summary>Clients that are being served.</summary>
    public int Clients => _active.Count;

    /// <summary>Counts one more request of the client unless it has as many as it may.</summary>
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

    /// <summary>Counts one request less, after <see cref="TryEnter"/> said yes.</summary>
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
