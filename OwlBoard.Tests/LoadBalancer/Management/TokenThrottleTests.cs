using System.Net;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Management;

namespace OwlBoard.Tests.LoadBalancer.Management;

[Trait("Category", "Unit")]
public sealed class TokenThrottleTests
{
    private const string Token = "0123456789abcdef-secret";

    private static readonly IPAddress Client = IPAddress.Parse("203.0.113.7");

    private readonly FakeTimeProvider _time = new();
    private readonly TokenThrottle _throttle;

    public TokenThrottleTests() => _throttle = new TokenThrottle(_time);

    [Theory]
    [InlineData("0123456789abcdef-secreu")]
    [InlineData("0123456789abcdef-secret ")]
    [InlineData("0123456789abcdef-secre")]
    [InlineData("0123456789ABCDEF-SECRET")]
    [InlineData("")]
    public void Only_the_token_itself_is_right(string given)
    {
        Assert.False(_throttle.TryAuthorize(Client, given, Token, out var wait));
        Assert.Equal(TimeSpan.Zero, wait);
        Assert.True(Try(Client, Token));
    }

    [Fact]
    public void A_client_that_guesses_waits_even_with_the_right_token()
    {
        Guess(Client, TokenThrottle.Burst);

        Assert.False(_throttle.TryAuthorize(Client, Token, Token, out var wait));
        Assert.Equal(TokenThrottle.Interval, wait);

        _time.Advance(TokenThrottle.Interval - TimeSpan.FromSeconds(1));
        Assert.False(_throttle.TryAuthorize(Client, Token, Token, out wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Try(Client, Token));
    }

    [Fact]
    public void In_the_long_run_a_client_guesses_once_per_interval()
    {
        var compared = 0;
        for (var second = 0; second < 1000; second++)
        {
            _throttle.TryAuthorize(Client, "guess", Token, out var wait);
            compared += wait == TimeSpan.Zero ? 1 : 0;
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(TokenThrottle.Burst + 99, compared);
    }

    [Fact]
    public void The_right_token_costs_nothing()
    {
        for (var i = 0; i < 10 * TokenThrottle.Burst; i++)
        {
            Assert.True(Try(Client, Token));
        }

        Assert.Equal(0, _throttle.Clients);
    }

    [Fact]
    public void Guesses_at_the_same_time_are_counted_one_by_one()
    {
        var compared = 0;

        Parallel.For(0, 200, _ =>
        {
            _throttle.TryAuthorize(Client, "guess", Token, out var wait);
            Interlocked.Add(ref compared, wait == TimeSpan.Zero ? 1 : 0);
        });

        Assert.Equal(TokenThrottle.Burst, compared);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    public void A_client_is_an_ipv4_address_or_an_ipv6_network(string guessing, string asking, bool isSame)
    {
        Guess(IPAddress.Parse(guessing), TokenThrottle.Burst);

        Assert.Equal(!isSame, Try(IPAddress.Parse(asking), Token));
    }

    [Fact]
    public void Many_clients_take_bounded_memory_and_share_one_bucket_beyond_it()
    {
        for (var i = 0; i < TokenThrottle.MaxClients; i++)
        {
            Guess(Address(i), 1);
        }

        Guess(Address(TokenThrottle.MaxClients), 2);
        Guess(Address(TokenThrottle.MaxClients + 1), TokenThrottle.Burst - 2);

        Assert.False(Try(Address(TokenThrottle.MaxClients + 2), Token));
        Assert.True(Try(Address(0), Token));
        Assert.Equal(TokenThrottle.MaxClients + 1, _throttle.Clients);

        _time.Advance(TokenThrottle.Burst * TokenThrottle.Interval);
        Guess(Address(TokenThrottle.MaxClients + 2), 1);
        Assert.Equal(1, _throttle.Clients);
    }

    private static IPAddress Address(int i) => new([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);

    private bool Try(IPAddress client, string token) => _throttle.TryAuthorize(client, token, Token, out _);

    private void Guess(IPAddress client, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.False(_throttle.TryAuthorize(client, $"guess {i}", Token, out var wait));
            Assert.Equal(TimeSpan.Zero, wait);
        }
    }
}
