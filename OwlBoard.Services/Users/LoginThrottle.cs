using Microsoft.Extensions.Options;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

/// <summary>
/// Slows down guesses of passwords, with leaky buckets of failed logins, without ever locking an account: its owner may come from
/// any address, and an attacker must not keep the owner out.
/// <list type="bullet">
/// <item>A client may be wrong five times at once about one account, then once in ten seconds.</item>
/// <item>A client may be wrong twenty times at once about all accounts. An account that it has logged in to before is exempt:
/// of the people behind one address, one that guesses locks none out who has been here before.</item>
/// <item>An account that twenty guesses in a row have missed, from whatever addresses, is on guard: a client that never logged in to
/// it may be wrong once, then once in five minutes. The owner's usual address has its five, and a new one its first.</item>
/// </list>
/// An account that does not exist is treated the same, so that a response does not reveal which accounts exist. The state is
/// per process.
/// </summary>
internal sealed class LoginThrottle(IOptions<LoginOptions> options, TimeProvider time)
{
    /// <summary>The buckets that are remembered. Each costs a hash, so that only a very large attack fills them.</summary>
    public const int MostBuckets = 20_000;

    /// <summary>The logins that are remembered, as pairs of account and client.</summary>
    public const int MostLogins = 10_000;

    /// <summary>The failures, of all clients together, after which an account is on guard.</summary>
    public const int FailuresBeforeGuard = 20;

    /// <summary>The time in which a client that is new to an account on guard may be wrong once more.</summary>
    public static readonly TimeSpan GuardInterval = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();

    /// <summary>The times at which buckets are empty, in the clock's ticks.</summary>
    private readonly BoundedTimes<Key> _buckets = new(MostBuckets);

    /// <summary>The times of the last logins.</summary>
    private readonly BoundedTimes<Key> _logins = new(MostLogins);

    private readonly long _interval = Ticks(options.Value.Interval, time);
    private readonly long _guardInterval = Ticks(GuardInterval, time);

    /// <summary>The number of buckets that are remembered now.</summary>
    public int Buckets
    {
        get
        {
            lock (_lock)
            {
                return _buckets.Count;
            }
        }
    }

    /// <summary>Refuses a login before the password is looked at, so that even the right one tells nothing.</summary>
    /// <exception cref="ApiException">The client guessed too often.</exception>
    public void ThrowIfTooMany(string account, ClientNetwork client)
    {
        long wait;
        lock (_lock)
        {
            var isKnown = IsKnown(account, client);
            wait = Level(new(account, client)) - (isKnown || !IsOnGuard(account) ? Burst(options.Value.FailuresPerAccount) : 0);
            if (!isKnown)
            {
                wait = Math.Max(wait, Level(new(null, client)) - Burst(options.Value.FailuresPerClient));
            }
        }

        if (wait > 0)
        {
            throw ApiException.TooManyRequests("Too many wrong passwords: wait a moment and try again", time.GetElapsedTime(0, wait));
        }
    }

    /// <summary>Counts a login with a wrong password, or to an account that does not exist.</summary>
    public void Failed(string account, ClientNetwork client)
    {
        lock (_lock)
        {
            if (IsKnown(account, client))
            {
                Fill(new(account, client), _interval);
                return;
            }

            var isOnGuard = IsOnGuard(account);
            Fill(new(account, client), isOnGuard ? _guardInterval : _interval);
            Fill(new(null, client), _interval);
            if (!isOnGuard)
            {
                Fill(new(account, null), _interval);
            }
        }
    }

    /// <summary>Remembers that the client knew the password.</summary>
    public void Succeeded(string account, ClientNetwork client)
    {
        lock (_lock)
        {
            _logins[new(account, client)] = time.GetTimestamp();
            // The others stay: the holder of one account must not gain guesses about the rest by logging in to it.
            _buckets.Remove(new(account, client));
        }
    }

    private static long Ticks(TimeSpan span, TimeProvider time) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private bool IsKnown(string account, ClientNetwork client) => _logins.Contains(new(account, client));

    private bool IsOnGuard(string account) => Level(new(account, null)) > Burst(FailuresBeforeGuard);

    /// <summary>Returns the level up to which a bucket takes one more.</summary>
    private long Burst(int failures) => (failures - 1) * _interval;

    private long Level(Key key) => Math.Max(0, _buckets[key] - time.GetTimestamp());

    private void Fill(Key key, long amount) => _buckets[key] = Math.Max(_buckets[key], time.GetTimestamp()) + amount;

    /// <summary>A bucket's account and client; <see langword="null"/> for all of them.</summary>
    private readonly record struct Key(string? Account, ClientNetwork? Client);
}
