using System.Net;
using System.Security.Cryptography;
using System.Text;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>
/// Compares bearer tokens and throttles guesses: a client (IPv4 address or IPv6 /64) may send five wrong tokens at once, then
/// one every ten seconds. Beyond that its tokens are not compared, so that the response does not reveal a correct one.
/// </summary>
internal sealed class TokenThrottle(TimeProvider time)
{
    /// <summary>The maximum number of wrong tokens that a client may send at once.</summary>
    public const int Burst = 5;

    /// <summary>The maximum number of clients that are tracked.</summary>
    public const int MaxClients = 1024;

    /// <summary>The time after which a client may send one more wrong token.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The key shared by all clients beyond <see cref="MaxClients"/>, so that more addresses do not allow more guesses.
    /// </summary>
    private const ulong Others = 0;

    private readonly Lock _lock = new();
    private readonly long _interval = (long)(Interval.TotalSeconds * time.TimestampFrequency);

    /// <summary>The timestamps at which the clients' leaky buckets of wrong tokens are empty.</summary>
    private readonly Dictionary<ulong, long> _emptyAt = [];

    /// <summary>The number of clients currently tracked.</summary>
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

    /// <summary>Compares a token with the configured one, unless the client is throttled.</summary>
    /// <param name="client">The client's address.</param>
    /// <param name="given">The token that the client sent.</param>
    /// <param name="token">The configured token.</param>
    /// <param name="wait">The time until the client's next token is compared if the client is throttled; otherwise zero.</param>
    /// <returns><see langword="true"/> if the token is correct; otherwise, <see langword="false"/>.</returns>
    public bool TryAuthorize(IPAddress client, string given, string token, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        var key = ClientNetwork.Of(client);

        // The lock covers the comparison: otherwise concurrent guesses would all be compared before one of them is counted.
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

    /// <summary>Compares hashes in constant time, which does not reveal the token's length.</summary>
    private static bool AreEqual(string given, string token) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>
    /// Determines whether another client can be tracked, after removing clients with an empty bucket if necessary.
    /// </summary>
    private bool HasRoom(long now)
    {
        if (_emptyAt.Count >= MaxClients)
        {
            foreach (var (client, emptyAt) in _emptyAt)
            {
                if (emptyAt <= now)
                {
                    _emptyAt.Remove(client);
                }
            }
        }

        return _emptyAt.Count < MaxClients;
    }
}
