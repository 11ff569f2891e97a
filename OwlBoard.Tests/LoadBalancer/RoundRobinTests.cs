using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class RoundRobinTests : IAsyncLifetime
{
    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(3);

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task Gateways_are_asked_in_turn_however_busy_one_is()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [new("Algorithm", "round_robin")]);
        var release = new TaskCompletionSource();
        _gateways[0].Answer = _ => release.Task;

        var requests = new List<Task<string>>();
        for (var i = 1; i <= 9; i++)
        {
            requests.Add(loadBalancer.AskAsync());
            await Fixtures.Eventually.IsTrueAsync($"{i} requests arrived", () => _gateways.Sum(gateway => gateway.Received.Count) == i);
            if (i % 3 == 0)
            {
                Assert.All(_gateways, gateway => Assert.Equal(i / 3, gateway.Received.Count));
            }
        }

        Assert.Equal(3, loadBalancer.Gateway("gw-1").Active);
        release.SetResult();
        await Task.WhenAll(requests);
    }

    [Fact]
    public void Weights_set_the_proportion_and_the_turns_are_interleaved()
    {
        using var fixture = new PolicyFixture(Algorithms.RoundRobin, [3, 1, 1]);
        var context = PolicyFixture.Request();

        var turns = Enumerable.Range(0, 50).Select(_ => fixture.Pick(context).Name).ToArray();

        for (var round = 0; round < 10; round++)
        {
            var names = turns[(round * 5)..((round * 5) + 5)];
            Assert.Equal((3, 1, 1), (names.Count(name => name == "gw-1"), names.Count(name => name == "gw-2"), names.Count(name => name == "gw-3")));
        }

        // The turns of the heavy gateway are interleaved with those of the others.
        Assert.DoesNotContain("gw-1 gw-1 gw-1 gw-1", string.Join(' ', turns), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gateway_that_was_away_does_not_get_the_turns_it_missed()
    {
        using var fixture = new PolicyFixture(Algorithms.RoundRobin, [1, 1]);
        var context = PolicyFixture.Request();
        for (var i = 0; i < 100; i++)
        {
            fixture.Pick(context, fixture.Available(except: "gw-1"));
        }

        Assert.All(fixture.Spread(20), turns => Assert.InRange(turns, 9, 11));
    }
}
