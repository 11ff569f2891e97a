using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.RateLimiting;

namespace OwlBoard.Tests.LoadBalancer;

public sealed class RateLimiterAllocationTests
{
    private const int Burst = 1_000;
    private const int Times = 10_000;

    [Theory]
    [InlineData("203.0.113.1")]
    [InlineData("2001:db8::1")]
    public void Checking_a_client_that_is_known_does_not_allocate_whether_it_passes_or_not(string address)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("LoadBalancer:RateLimit:RequestsPerSecond", "1"), new("LoadBalancer:RateLimit:Burst", $"{Burst}")])
            .Build();
        using var options = new LiveOptions(configuration, new LoadBalancerOptionsValidator(), NullLogger<LiveOptions>.Instance);
        using var limiter = new RateLimiter(options, new FakeTimeProvider());
        var client = IPAddress.Parse(address);
        var passed = limiter.TryTake("/api/users", client, out _, out _) ? 1 : 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++)
        {
            passed += limiter.TryTake("/api/users", client, out _, out _) ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Burst + 1, passed);
    }
}
