using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Tests with two gateways in the own zone (gw-1, gw-2) and two in another zone (gw-3, gw-4).</summary>
[Trait("Category", "Integration")]
public sealed class ZoneTests : IAsyncLifetime
{
    private static readonly KeyValuePair<string, string>[] Here =
    [
        new("Zone", "here"), new("PassiveHealth:MaxFails", "0"),
        new("Gateways:0:Zone", "here"), new("Gateways:1:Zone", "here"), new("Gateways:2:Zone", "there"), new("Gateways:3:Zone", "there"),
    ];

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
    public async Task The_own_zone_gets_everything_while_it_is_healthy()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, Here);

        Assert.Equal((10, 10, 0, 0), await SpreadAsync(loadBalancer, 20));
    }

    [Fact]
    public async Task What_the_own_zone_cannot_take_spills_over_in_proportion()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, Here);

        TakeOut(loadBalancer, "gw-1");

        // Half of the own zone is healthy and receives 1.4 times its share.
        Assert.Equal((0, 70, 15, 15), await SpreadAsync(loadBalancer, 100));
    }

    [Theory]
    [InlineData("1", 35, 65)]
    [InlineData("2", 100, 0)]
    public async Task Healthy_shares_are_shares_of_the_weight(string outOfRotation, int own, int others)
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. Here, new("Gateways:0:Weight", "3")]);

        // A quarter or three quarters of the weight remain. 1.4 times three quarters exceeds the whole.
        TakeOut(loadBalancer, $"gw-{outOfRotation}");
        var spread = await SpreadAsync(loadBalancer, 100);

        Assert.Equal((own, others), (spread.Gw1 + spread.Gw2, spread.Gw3 + spread.Gw4));
    }

    [Fact]
    public async Task Where_the_others_cannot_take_the_rest_either_both_get_what_they_can()
    {
        await using var loadBalancer = TestLoadBalancer.Start(
            _gateways, [.. Here, new("Gateways:0:Weight", "3"), new("Gateways:2:Weight", "3")]);

        // A quarter of each zone is healthy: 0.35 and 0.35.
        TakeOut(loadBalancer, "gw-1", "gw-3");

        Assert.Equal((0, 50, 0, 50), await SpreadAsync(loadBalancer, 100));
    }

    [Fact]
    public async Task Without_a_healthy_gateway_here_everything_goes_there_and_the_other_way_round()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, Here);

        TakeOut(loadBalancer, "gw-1", "gw-2");
        Assert.Equal((0, 0, 10, 10), await SpreadAsync(loadBalancer, 20));

        TakeOut(loadBalancer, "gw-3", "gw-4");
        PutBack(loadBalancer, "gw-1");
        Assert.Equal((20, 0, 0, 0), await SpreadAsync(loadBalancer, 20));
    }

    [Fact]
    public async Task When_none_is_healthy_anywhere_all_zones_are_used()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, Here);

        TakeOut(loadBalancer, "gw-1", "gw-2", "gw-3", "gw-4");

        Assert.Equal((5, 5, 5, 5), await SpreadAsync(loadBalancer, 20));
    }

    [Fact]
    public async Task A_retry_may_leave_the_zone()
    {
        _gateways[0].Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. Here, new("Retry:BudgetRatio", "1")]);
        // The other gateway in the own zone is busier than those in the other zone.
        loadBalancer.Gateway("gw-2").Acquire();

        for (var i = 0; i < 4; i++)
        {
            Assert.True(await loadBalancer.AskAsync() is "gw-3" or "gw-4");
        }

        Assert.Equal(4, _gateways[0].Received.Count);
    }

    [Theory]
    [InlineData("Stickiness:By", "client")]
    [InlineData("Algorithm", "consistent_hash")]
    public async Task Who_always_goes_to_the_same_gateway_does_not_change_zones_between_requests(string key, string value)
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. Here, new(key, value), new("TrustedProxies:0", "127.0.0.0/8")]);
        var clients = Enumerable.Range(0, 400).Select(i => $"10.0.{i >> 8}.{i & 255}").ToArray();
        Assert.All(await GatewaysOfAsync(), name => Assert.True(name is "gw-1" or "gw-2"));

        TakeOut(loadBalancer, "gw-1");
        var gateways = await GatewaysOfAsync();

        Assert.Equal(gateways, await GatewaysOfAsync());
        Assert.InRange(gateways.Count(name => name == "gw-2"), 250, 310);
        Assert.InRange(gateways.Count(name => name is "gw-3" or "gw-4"), 90, 150);

        async Task<List<string>> GatewaysOfAsync()
        {
            var names = new List<string>();
            foreach (var client in clients)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/");
                request.Headers.Add("X-Forwarded-For", client);
                using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
                names.Add(response.Headers.GetValues("X-Upstream-Server").Single());
            }

            return names;
        }
    }

    [Fact]
    public async Task Without_a_zone_of_its_own_the_load_balancer_uses_all()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. Here, new("Zone", "")]);

        Assert.Equal((5, 5, 5, 5), await SpreadAsync(loadBalancer, 20));
    }

    [Fact]
    public async Task Zones_may_change_while_it_runs()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, Here);
        await SpreadAsync(loadBalancer, 4);
        var configuration = loadBalancer.Services.GetRequiredService<IConfiguration>();

        configuration["LoadBalancer:Zone"] = "there";
        ((IConfigurationRoot)configuration).Reload();
        Assert.Equal((0, 0, 10, 10), await SpreadAsync(loadBalancer, 20));

        configuration["LoadBalancer:Gateways:0:Zone"] = "there";
        ((IConfigurationRoot)configuration).Reload();
        await Eventually.IsTrueAsync("gw-1 is in the other zone", () => loadBalancer.Gateway("gw-1").Zone == "there");
        var spread = await SpreadAsync(loadBalancer, 30);
        Assert.Equal(0, spread.Gw2);
        Assert.All(new[] { spread.Gw1, spread.Gw3, spread.Gw4 }, count => Assert.InRange(count, 9, 11));
    }

    [Fact]
    public async Task Choosing_a_zone_does_not_allocate()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, Here);
        TakeOut(loadBalancer, "gw-1");
        var zones = loadBalancer.Services.GetRequiredService<ZoneRouting>();
        var available = loadBalancer.Services.GetRequiredService<GatewayRegistry>().Cluster!.DestinationsState.AvailableDestinations;
        var request = new DefaultHttpContext();
        var (own, choices) = (0, 0);

        Assert.Equal(0, Allocations.By(() =>
        {
            // One gateway is left in the own zone and two in the other.
            own += zones.Narrow(request, available).Count == 1 ? 1 : 0;
            zones.Of((ulong)choices++, available);
        }));

        Assert.Equal(7 * choices, 10 * own);
    }

    [Theory]
    [InlineData("Zone", "here and there", "LoadBalancer:Zone is 'here and there'; it must be a zone's name: 1 to 64 letters, digits, dots, hyphens and underscores.")]
    [InlineData("Gateways:1:Zone", "?", "LoadBalancer:Gateways:1:Zone is '?'; it must be a zone's name: 1 to 64 letters, digits, dots, hyphens and underscores.")]
    public void Bad_names_are_refused(string key, string value, string message)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => TestLoadBalancer.Start(_gateways, [.. Here, new(key, value)]));

        Assert.Equal([message], refused.Failures);
    }

    private static void TakeOut(TestLoadBalancer loadBalancer, params string[] names) => SetDrained(loadBalancer, names, drained: true);

    private static void PutBack(TestLoadBalancer loadBalancer, params string[] names) => SetDrained(loadBalancer, names, drained: false);

    private static void SetDrained(TestLoadBalancer loadBalancer, string[] names, bool drained)
    {
        foreach (var name in names)
        {
            loadBalancer.Services.GetRequiredService<GatewayHealth>().SetDrained(loadBalancer.Gateway(name), drained);
        }
    }

    private static async Task<(int Gw1, int Gw2, int Gw3, int Gw4)> SpreadAsync(TestLoadBalancer loadBalancer, int requests)
    {
        var answers = new List<string>();
        for (var i = 0; i < requests; i++)
        {
            answers.Add(await loadBalancer.AskAsync());
        }

        return (Count("gw-1"), Count("gw-2"), Count("gw-3"), Count("gw-4"));

        int Count(string name) => answers.Count(answer => answer == name);
    }
}
