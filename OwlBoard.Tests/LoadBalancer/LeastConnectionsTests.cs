using Microsoft.AspNetCore.Http;
using OwlBoard.LoadBalancer.Balancing;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class LeastConnectionsTests : IAsyncLifetime
{
    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(4);

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task Sequential_requests_reach_all_gateways_equally_often()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);

        var answers = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(await loadBalancer.AskAsync());
        }

        Assert.Equal([("gw-1", 5), ("gw-2", 5), ("gw-3", 5), ("gw-4", 5)], answers.CountBy(name => name).OrderBy(count => count.Key).Select(count => (count.Key, count.Value)));
    }

    [Fact]
    public void Sequential_requests_reach_all_gateways_equally_often_whatever_was_before()
    {
        var random = new Random(1);
        for (var history = 0; history < 500; history++)
        {
            using var fixture = new PolicyFixture(Algorithms.LeastConnections, [1, 1, 1, 1]);
            var context = PolicyFixture.Request();
            var waiting = new List<GatewayUnderTest>();
            for (var i = random.Next(12); i > 0; i--)
            {
                waiting.Add(fixture.Pick(context, fixture.Available(except: $"gw-{random.Next(1, 9)}")));
                if (random.Next(2) == 0)
                {
                    var ended = random.Next(waiting.Count);
                    waiting[ended].Release();
                    waiting.RemoveAt(ended);
                }
            }

            waiting.ForEach(gateway => gateway.Release());

            Assert.Equal([5, 5, 5, 5], fixture.Spread(20));
        }
    }

    [Fact]
    public async Task A_burst_is_spread_evenly_although_nothing_has_been_answered_yet()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);
        var release = new TaskCompletionSource();
        foreach (var gateway in _gateways)
        {
            gateway.Answer = async context =>
            {
                await release.Task;
                await context.Response.WriteAsync("");
            };
        }

        var requests = Enumerable.Range(0, 40).Select(_ => loadBalancer.AskAsync()).ToArray();
        await Fixtures.Eventually.IsTrueAsync("all 40 requests are waiting", () => _gateways.Sum(gateway => gateway.Received.Count) == 40);
        release.SetResult();
        await Task.WhenAll(requests);

        Assert.All(_gateways, gateway => Assert.Equal(10, gateway.Received.Count));
    }

    [Fact]
    public async Task A_busy_gateway_gets_no_more_until_the_others_are_as_busy()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);
        var release = new TaskCompletionSource();
        _gateways[0].Answer = _ => release.Task;

        var waiting = new List<Task<string>>();
        while (_gateways[0].Received.IsEmpty)
        {
            var request = loadBalancer.AskAsync();
            waiting.Add(request);
            await Task.WhenAny(request, Fixtures.Eventually.IsTrueAsync("the request waits at gw-1", () => !_gateways[0].Received.IsEmpty));
        }

        for (var i = 0; i < 9; i++)
        {
            Assert.NotEqual("gw-1", await loadBalancer.AskAsync());
        }

        release.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Weights_set_the_proportion_of_sequential_requests()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [new("Gateways:0:Weight", "3")]);

        var answers = new List<string>();
        for (var i = 0; i < 24; i++)
        {
            answers.Add(await loadBalancer.AskAsync());
        }

        Assert.Equal(12, answers.Count(name => name == "gw-1"));
        Assert.All(["gw-2", "gw-3", "gw-4"], name => Assert.Equal(4, answers.Count(answer => answer == name)));
    }
}
