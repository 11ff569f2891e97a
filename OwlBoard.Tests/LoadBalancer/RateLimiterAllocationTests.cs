using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Unit")]
public sealed class RateLimiterAllocationTests
{
    [Theory]
    [InlineData("203.0.113.1", true)]
    [InlineData("203.0.113.1", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("2001:db8::1", false)]
    public void Checking_a_client_that_is_known_does_not_allocate_whether_it_passes_or_not(string address, bool passes)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("LoadBalancer:RateLimit:RequestsPerSecond", "1"), new("LoadBalancer:RateLimit:Burst", "0")])
            .Build();
        using var options = new LiveOptions(configuration, new LoadBalancerOptionsValidator(), NullLogger<LiveOptions>.Instance);
        var limits = new OptionsSection<RateLimitOptions>(options, static options => options.RateLimit);
        var time = new FakeTimeProvider { AutoAdvanceAmount = passes ? TimeSpan.FromSeconds(1) : TimeSpan.Zero };
        using var limiter = new RateLimiter(limits, time);
        var client = IPAddress.Parse(address);
        Assert.True(limiter.TryTake("/api/users", client, out _, out _));
        var (passed, asked) = (0, 0);

        Assert.Equal(0, Allocations.By(() =>
        {
            asked++;
            passed += limiter.TryTake("/api/users", client, out _, out _) ? 1 : 0;
        }));

        Assert.Equal(passes ? asked : 0, passed);
    }
}
