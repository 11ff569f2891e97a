using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Services.Http;
using OwlBoard.Services.Users;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Unit")]
public sealed class LoginThrottleTests
{
    private const string Account = "owner@example.org";

    private static readonly ClientNetwork Home = new("192.0.2.1");

    private readonly FakeTimeProvider _time = new();
    private readonly LoginThrottle _throttle;

    public LoginThrottleTests() => _throttle = new(Options.Create(new LoginOptions()), _time);

    [Fact]
    public void Client_is_wrong_five_times_about_an_account_and_then_once_in_ten_seconds()
    {
        Fail(Account, Home, times: 5);

        Assert.Equal(TimeSpan.FromSeconds(10), Wait(Account, Home));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), Wait(Account, Home));
        _time.Advance(TimeSpan.FromSeconds(6));
        Fail(Account, Home);
        Assert.Equal(TimeSpan.FromSeconds(10), Wait(Account, Home));
        Assert.Null(Wait("other@example.org", Home));
        Assert.Null(Wait(Account, new("192.0.2.2")));
    }

    [Fact]
    public void Right_password_ends_the_count_for_its_account_and_client()
    {
        Fail(Account, Home, times: 4);
        _throttle.Succeeded(Account, Home);

        Fail(Account, Home, times: 5);
        Assert.NotNull(Wait(Account, Home));
    }

    [Fact]
    public void Client_is_wrong_twenty_times_about_all_accounts()
    {
        for (var i = 0; i < 20; i++)
        {
            Fail($"{i}@example.org", Home);
        }

        Assert.Equal(TimeSpan.FromSeconds(10), Wait(Account, Home));
        Assert.Null(Wait(Account, new("192.0.2.2")));
    }

    [Fact]
    public void Holder_of_one_account_gains_no_guesses_about_others_by_logging_in()
    {
        for (var i = 0; i < 20; i++)
        {
            Fail($"{i}@example.org", Home);
        }

        _throttle.Succeeded("attacker@example.org", Home);

        Assert.NotNull(Wait(Account, Home));
    }

    [Fact]
    public void Client_that_guesses_does_not_keep_out_who_logged_in_from_its_address_before()
    {
        _throttle.Succeeded(Account, Home);
        for (var i = 0; i < 20; i++)
        {
            Fail($"{i}@example.org", Home);
        }

        Assert.Null(Wait(Account, Home));
        Fail(Account, Home, times: 5);
        Assert.NotNull(Wait(Account, Home));
    }

    [Fact]
    public void Account_that_many_addresses_guess_at_slows_down_each_of_them_and_not_the_owner()
    {
        _throttle.Succeeded(Account, Home);
        for (var i = 0; i < 20; i++)
        {
            Fail(Account, new($"198.51.100.{i}"));
        }

        // From now on, each guessing client has one guess in five minutes.
        var guesser = new ClientNetwork("198.51.100.200");
        Fail(Account, guesser);
        Assert.Equal(LoginThrottle.GuardInterval, Wait(Account, guesser));

        // The owner has all five attempts at the usual address, and one at a new address.
        Fail(Account, Home, times: 4);
        Assert.Null(Wait(Account, Home));
        Assert.Null(Wait(Account, new("203.0.113.1")));
        Assert.Null(Wait("other@example.org", guesser));
    }

    [Fact]
    public void Account_is_no_longer_on_guard_once_the_guesses_end()
    {
        for (var i = 0; i < 1000; i++)
        {
            Fail(Account, new($"198.51.100.{i}"));
        }

        _time.Advance(TimeSpan.FromMinutes(1));

        Fail(Account, Home, times: 2);
        Assert.Null(Wait(Account, Home));
    }

    [Fact]
    public void State_is_bounded_and_the_longest_waits_stay()
    {
        Fail(Account, Home, times: 5);
        for (var i = 0; i < 3 * LoginThrottle.MaxBuckets; i++)
        {
            _throttle.Failed($"{i}@example.org", new($"{i}"));
        }

        Assert.InRange(_throttle.Buckets, 1, LoginThrottle.MaxBuckets);
        Assert.NotNull(Wait(Account, Home));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    public void Client_is_an_IPv4_address_or_an_IPv6_64(string address, string client) =>
        Assert.Equal(client, ClientNetwork.Of(IPAddress.Parse(address)).Value);

    /// <summary>Logs in with a wrong password. The attempt must be allowed.</summary>
    private void Fail(string account, ClientNetwork client, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Null(Wait(account, client));
            _throttle.Failed(account, client);
        }
    }

    /// <summary>Returns the time that the client has to wait; <see langword="null"/> if its password is checked.</summary>
    private TimeSpan? Wait(string account, ClientNetwork client)
    {
        try
        {
            _throttle.ThrowIfTooMany(account, client);
            return null;
        }
        catch (ApiException refused)
        {
            Assert.Equal(429, refused.StatusCode);
            return refused.RetryAfter;
        }
    }
}
