using Microsoft.Extensions.Options;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

/// <summary>
/// Slows down password guessing, with leaky buckets of failed logins. It never locks an account, because an attacker could
/// then lock out its owner, who may log in from any address.
/// <list type="bullet">
/// <item>Per client and account: a burst of five failures, then one in ten seconds.</item>
/// <item>Per client, for all accounts: a burst of twenty failures. Accounts that the client has logged in to before are exempt,
/// so that users who share an address with an attacker can still log in.</item>
/// <item>Per account, for all clients: after twenty failures the account is on guard. A client that never logged in to it then
/// has one failure, then one in five minutes. Clients that did keep their burst of five.</item>
/// </list>
/// Unknown accounts are treated the same, so that a response does not reveal which accounts exist. The state is per process.
/// </summary>
internal sealed class LoginThrottle(IOptions<LoginOptions> options, TimeProvider time)
{
    /// <summary>The maximum number of buckets. Filling one costs the attacker a password hash.</summary>
    public const int MaxBuckets = 20_000;

    /// <summary>The maximum number of remembered logins, as pairs of account and client.</summary>
    public const int MaxLogins = 10_000;

    /// <summary>The number of failures, of all clients together, after which an account is on guard.</summary>
    public const int FailuresBeforeGuard = 20;

    /// <summary>The time after which a client that is new to an account on guard may fail once more.</summary>
    public static readonly TimeSpan GuardInterval = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();

    /// <summary>The times at which the buckets are empty, in ticks of the clock.</summary>
    private readonly BoundedTimes<Key> _buckets = new(MaxBuckets);

    /// <summary>The times of the last logins.</summary>
    private readonly BoundedTimes<Key> _logins = new(MaxLogins);

    private readonly long _interval = Ticks(options.Value.Interval, time);
    private readonly long _guardInterval = Ticks(GuardInterval, time);

    /// <summary>The current number of buckets.</summary>
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

    /// <summary>Refuses a login before its password is verified, so that a correct password is refused too.</summary>
    /// <exception cref="ApiException">The client has reached a limit.</exception>
    public void ThrowIfTooMany(string account, ClientNetwork client)
    {
        long wait;
        lock (_lock)
        {
            var isKnown = IsKnown(account, client);
            wait = Level(new(account, client)) - (isKnown || !IsGuarded(account) ? Burst(options.Value.FailuresPerAccount) : 0);
            if (!isKnown)
            {
                wait = Math.Max(wait, Level(new(null, client)) - Burst(options.Value.FailuresPerClient));
            }
        }

        if (wait > 0)
        {
            throw ApiException.TooManyRequests("Too many wrong passwords; try again in a moment", time.GetElapsedTime(0, wait));
        }
    }

    /// <summary>Records a login with a wrong password or to an unknown account.</summary>
    public void Failed(string account, ClientNetwork client)
    {
        lock (_lock)
        {
            if (IsKnown(account, client))
            {
                Fill(new(account, client), _interval);
                return;
            }

            var isOnGuard = IsGuarded(account);
            Fill(new(account, client), isOnGuard ? _guardInterval : _interval);
            Fill(new(null, client), _interval);
            if (!isOnGuard)
            {
                Fill(new(account, null), _interval);
            }
        }
    }

    /// <summary>Records a successful login of the client.</summary>
    public void Succeeded(string account, ClientNetwork client)
    {
        lock (_lock)
        {
            _logins[new(account, client)] = time.GetTimestamp();
            // The client's other buckets stay: logging in to one account must not allow more guesses for the others.
            _buckets.Remove(new(account, client));
        }
    }

    private static long Ticks(TimeSpan span, TimeProvider time) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private bool IsKnown(string account, ClientNetwork client) => _logins.Contains(new(account, client));

    private bool IsGuarded(string account) => Level(new(account, null)) > Burst(FailuresBeforeGuard);

    /// <summary>Returns the maximum level at which a bucket accepts another failure.</summary>
    private long Burst(int failures) => (failures - 1) * _interval;

    private long Level(Key key) => Math.Max(0, _buckets[key] - time.GetTimestamp());

    private void Fill(Key key, long amount) => _buckets[key] = Math.Max(_buckets[key], time.GetTimestamp()) + amount;

    /// <summary>The account and client of a bucket; <see langword="null"/> stands for all.</summary>
    private readonly record struct Key(string? Account, ClientNetwork? Client);
}
