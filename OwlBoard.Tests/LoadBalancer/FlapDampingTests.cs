using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class FlapDampingTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Each_return_within_a_minute_doubles_the_probes_that_the_next_one_takes()
    {
        await using var upstream = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([upstream], services: services => services.AddSingleton<TimeProvider>(_time));
        var health = loadBalancer.Services.GetRequiredService<GatewayHealth>();
        var gateway = loadBalancer.Gateway("gw-1");

        var needed = new List<int>();
        for (var flap = 0; flap < 7; flap++)
        {
            needed.Add(FlapOnce(health, gateway));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([1, 2, 4, 8, 16, 16, 16], needed);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, FlapOnce(health, gateway));
    }

    private static int FlapOnce(GatewayHealth health, GatewayUnderTest gateway)
    {
        health.ReportProbeMiss(gateway, "test");
        health.ReportProbeMiss(gateway, "test");
        Assert.Equal(GatewayState.Unhealthy, gateway.Condition.State);
        var probes = 0;
        while (gateway.Condition.State != GatewayState.Healthy)
        {
            health.ReportProbeSuccess(gateway);
            probes++;
        }

        return probes;
    }
}
