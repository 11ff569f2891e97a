using System.Net;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class ConsistentHashTests
{
    private static readonly string[] Clients = [.. Enumerable.Range(0, 4_000).Select(i => $"10.7.{i >> 8}.{i & 255}")];

    [Theory]
    [InlineData("header")]
    [InlineData("cookie")]
    public async Task Requests_with_the_same_header_or_cookie_reach_the_same_gateway(string by)
    {
        var gateways = await FakeGateway.StartManyAsync(4);
        await using var loadBalancer = TestLoadBalancer.Start(
            gateways, [new("Algorithm", "consistent_hash"), new("ConsistentHash:By", by), new("ConsistentHash:Name", "Board")]);

        var answers = new Dictionary<string, List<string>>();
        foreach (var board in Enumerable.Range(0, 60).Select(i => $"board-{i % 20}"))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add(by == "header" ? "Board" : "Cookie", by == "header" ? board : $"other=1; Board={board}");
            using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
            answers.TryAdd(board, []);
            answers[board].Add(response.Headers.GetValues("X-Upstream-Server").Single());
        }

        Assert.All(answers.Values, names => Assert.Single(names.Distinct()));
        Assert.Equal(4, answers.Values.Select(names => names[0]).Distinct().Count());
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task Two_load_balancers_that_know_the_gateways_in_another_order_agree()
    {
        var gateways = await FakeGateway.StartManyAsync(4);
        KeyValuePair<string, string>[] settings =
            [new("Algorithm", "consistent_hash"), new("ConsistentHash:By", "header"), new("ConsistentHash:Name", "Board")];
        await using var one = TestLoadBalancer.Start(gateways, settings);
        await using var other = TestLoadBalancer.Start(gateways.Reverse(), settings);

        for (var i = 0; i < 20; i++)
        {
            var board = $"{i}";
            Assert.Equal(await AskAsync(one, board), await AskAsync(other, board));
        }

        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Theory]
    // Literal values: a change here would move every client in every deployment.
    [InlineData("203.0.113.1", "gw-1")]
    [InlineData("203.0.113.2", "gw-2")]
    [InlineData("2001:db8::1", "gw-1")]
    public void The_gateway_of_a_client_is_the_same_in_each_process(string client, string gateway)
    {
        using var fixture = new PolicyFixture(Algorithms.ConsistentHash, [1, 1, 1, 1]);

        Assert.Equal(gateway, fixture.Pick(PolicyFixture.Request(client)).Name);
    }

    [Fact]
    public void A_gateway_that_leaves_moves_only_its_own_clients_and_spreads_them()
    {
        using var fixture = new PolicyFixture(Algorithms.ConsistentHash, [1, 1, 1, 1]);
        var before = Assign(fixture);
        var after = Assign(fixture, "gw-2");

        Assert.All(Clients.Where(client => before[client] != "gw-2"), client => Assert.Equal(before[client], after[client]));
        var moved = Clients.Where(client => before[client] == "gw-2").CountBy(client => after[client]).ToDictionary();
        Assert.Equal(["gw-1", "gw-3", "gw-4"], moved.Keys.Order());
        Assert.All(moved.Values, count => Assert.InRange(count, 250, 420));
        Assert.Equal(before, Assign(fixture));
    }

    [Fact]
    public void Weights_set_the_proportion_of_the_clients()
    {
        using var fixture = new PolicyFixture(Algorithms.ConsistentHash, [5, 2, 1]);

        var spread = Assign(fixture).Values.CountBy(name => name).ToDictionary();

        Assert.InRange(spread["gw-1"], 2_350, 2_650);
        Assert.InRange(spread["gw-2"], 870, 1_130);
        Assert.InRange(spread["gw-3"], 400, 600);
    }

    [Theory]
    [InlineData("1.25")]
    [InlineData("2")]
    public void A_gateway_takes_at_most_its_factor_of_the_mean_and_then_the_next_one_does(string factor)
    {
        using var fixture = new PolicyFixture(Algorithms.ConsistentHash, [1, 1, 1, 1], ("ConsistentHash:LoadFactor", factor));
        var order = new List<string>();

        for (var i = 0; i < 400; i++)
        {
            var name = fixture.Pick(PolicyFixture.Request()).Name;
            if (!order.Contains(name))
            {
                order.Add(name);
            }
        }

        var active = fixture.Gateways.ToDictionary(gateway => gateway.Name, gateway => gateway.Active);
        Assert.Equal(100 * double.Parse(factor, System.Globalization.CultureInfo.InvariantCulture), active[order[0]]);
        // The next gateway is the next in the client's own order: the one that serves it if the first is removed.
        fixture.Gateways.ToList().ForEach(gateway => Enumerable.Range(0, gateway.Active).ToList().ForEach(_ => gateway.Release()));
        Assert.Equal(order[1], fixture.Pick(PolicyFixture.Request(), fixture.Available(except: order[0])).Name);
    }

    [Fact]
    public void Requests_without_the_header_go_by_the_clients_address()
    {
        using var byHeader = new PolicyFixture(Algorithms.ConsistentHash, [1, 1, 1, 1], ("ConsistentHash:By", "header"), ("ConsistentHash:Name", "Board"));
        using var byClient = new PolicyFixture(Algorithms.ConsistentHash, [1, 1, 1, 1]);

        Assert.Equal(Assign(byClient), Assign(byHeader));
    }

    [Theory]
    [InlineData("By", "url", "LoadBalancer:ConsistentHash:By is 'url'; it must be one of client, header, cookie.")]
    [InlineData("By", "header", "LoadBalancer:ConsistentHash:Name is ''; it must be the name of a header, since ConsistentHash:By is header.")]
    [InlineData("LoadFactor", "1", "LoadBalancer:ConsistentHash:LoadFactor is '1'; it must be from 1.01 to 1000.")]
    public void Bad_settings_are_refused(string key, string value, string message)
    {
        var refused = Assert.Throws<OptionsValidationException>(
            () => new PolicyFixture(Algorithms.ConsistentHash, [1], ($"ConsistentHash:{key}", value)));

        Assert.Equal([message], refused.Failures);
    }

    private static Dictionary<string, string> Assign(PolicyFixture fixture, params string[] except)
    {
        var available = fixture.Available(except);
        var assigned = new Dictionary<string, string>();
        foreach (var client in Clients)
        {
            var gateway = fixture.Pick(PolicyFixture.Request(client), available);
            gateway.Release();
            assigned[client] = gateway.Name;
        }

        return assigned;
    }

    private static async Task<string> AskAsync(TestLoadBalancer loadBalancer, string board)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Board", board);
        using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.GetValues("X-Upstream-Server").Single();
    }
}
