using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class PowerOfTwoChoicesTests
{
    [Fact]
    public async Task A_busy_gateway_gets_nothing_while_the_other_is_idle()
    {
        await using var busy = await FakeGateway.StartAsync("busy");
        await using var idle = await FakeGateway.StartAsync("idle");
        await using var loadBalancer = TestLoadBalancer.Start([busy, idle], [new("Algorithm", "p2c")]);
        loadBalancer.Gateway("busy").Acquire();

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("idle", await loadBalancer.AskAsync());
        }

        Assert.Equal(0, loadBalancer.Gateway("idle").Active);
    }

    [Fact]
    public void The_busiest_of_all_is_never_picked()
    {
        using var fixture = new PolicyFixture(Algorithms.PowerOfTwoChoices, [1, 1, 1, 1]);
        fixture.Gateways[2].Acquire();

        var spread = fixture.Spread(1_000);

        Assert.Equal(0, spread[2]);
        Assert.All([0, 1, 3], i => Assert.NotEqual(0, spread[i]));
    }

    [Fact]
    public void Idle_gateways_are_picked_in_proportion_to_their_weights()
    {
        using var fixture = new PolicyFixture(Algorithms.PowerOfTwoChoices, [5, 3, 2]);

        var spread = fixture.Spread(40_000);

        Assert.InRange(spread[0], 19_500, 20_500);
        Assert.InRange(spread[1], 11_500, 12_500);
        Assert.InRange(spread[2], 7_500, 8_500);
    }

    [Fact]
    public void A_heavier_gateway_may_be_busier_in_proportion()
    {
        using var fixture = new PolicyFixture(Algorithms.PowerOfTwoChoices, [3, 1]);

        for (var i = 0; i < 400; i++)
        {
            fixture.Pick(PolicyFixture.Request());
        }

        Assert.InRange(fixture.Gateways[0].Active, 297, 303);
    }
}
