using System.Net;
using System.Security.Cryptography;
using System.Text;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>
/// Compares bearer tokens and slows down guesses: a client (IPv4 address or IPv6 /64) may be wrong five times at once, then
/// once every ten seconds. Beyond that its tokens are not compared at all, so that even the right one tells nothing.
/// </summary>
internal sealed class TokenThrottle(TimeProvider time)
{
    /// <summary>The number of wrong tokens that a client may send at once.</summary>
    public const int Burst = 5;

    /// <summary>The number of clients that are remembered, while they are slowed down or close to it.</summary>
    public const int MostClients = 1024;

    /// <summary>The time in which a client may send one more wrong token.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The key that further clients share beyond <see cref="MostClients"/>: the holder of many addresses guesses no faster for it.</summary>
    private const ulong Others = 0;

    private readonly Lock _lock = new();
    private readonly long _interval = (long)(Interval.TotalSeconds * time.TimestampFrequency);

    /// <summary>The time at which a client's leaky bucket of wrong tokens is empty, in the clock's ticks.</summary>
    private readonly Dictionary<ulong, long> _emptyAt = [];

    /// <summary>The number of clients that are remembered now.</summary>
    public int Clients
    {
        get
        {
            lock (_lock)
            {
                return _emptyAt.Count;
            }
        }
    }

    /// <summary>Compares a token with the right one, unless its client guessed too often.</summary>
    /// <param name="client">The client's address.</param>
    /// <param name="given">The token that the client sent.</param>
    /// <param name="token">The right one.</param>
    /// <param name="wait">The time until the client's next token is compared, if this one was not; otherwise zero.</param>
    /// <returns>Whether it is right.</returns>
    public bool TryAuthorize(IPAddress client, string given, string token, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        var key = ClientNetwork.Of(client);

        // Under the lock, or guesses at the same time would all be compared before one of them counts.
        lock (_lock)
        {
            var now = time.GetTimestamp();
            key = _emptyAt.ContainsKey(key) || HasRoom(now) ? key : Others;
            var emptyAt = Math.Max(now, _emptyAt.GetValueOrDefault(key));
            var excess = emptyAt - now - ((Burst - 1) * _interval);
            if (excess > 0)
            {
                wait = time.GetElapsedTime(0, excess);
                return false;
            }

            if (AreEqual(given, token))
            {
                return true;
            }

            _emptyAt[key] = emptyAt + _interval;
            return false;
        }
    }

    /// <summary>Compares hashes: in constant time, and without revealing the token's length.</summary>
    private static bool AreEqual(string given, string token) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Forgets clients whose bucket is empty, if there is no room without that.</summary>
    private bool HasRoom(long now)
    {
        if (_emptyAt.Count >= MostClients)
        {
            foreach (var (client, emptyAt) in _emptyAt)
            {
                if (emptyAt <= now)
                {
                    _emptyAt.Remove(client);
                }
            }
        }

        return _emptyAt.Count < MostClients;
    }
}
