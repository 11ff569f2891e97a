using System.Net;
using Microsoft.AspNetCore.Http;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Tests of what counts as an attempt: only a gateway that was sent part of the request.</summary>
[Trait("Category", "Integration")]
public sealed class AttemptTests : IAsyncLifetime
{
    /// <summary>Disables passive ejection, so that every request can reach all failing gateways.</summary>
    private static readonly KeyValuePair<string, string> AllStayInRotation = new("PassiveHealth:MaxFails", "0");

    private FakeGateway[] _gateways = null!;

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(4);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_gateways.Select(gateway => gateway.StopAsync()));

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task Gateways_that_refuse_the_connection_are_passed_over_until_one_accepts(string method)
    {
        await StopAsync(_gateways[..3]);
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [AllStayInRotation]);

        for (var i = 0; i < 8; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/") { Content = method == "GET" ? null : new StringContent("x") };
            using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Gateways_that_never_accept_the_connection_are_passed_over_as_well()
    {
        using var first = await BlackHole.CreateAsync();
        using var second = await BlackHole.CreateAsync();
        await using var loadBalancer = TestLoadBalancer.Start(
            [_gateways[0]],
            [
                AllStayInRotation, new("Timeouts:Connect", "00:00:00.1"),
                new("Gateways:1:Address", first.Address), new("Gateways:1:Weight", "1000"),
                new("Gateways:2:Address", second.Address), new("Gateways:2:Weight", "1000"),
            ]);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("gw-1", await loadBalancer.AskAsync());
        }
    }

    [Fact]
    public async Task Gateways_that_refuse_the_connection_take_nothing_from_the_retry_budget()
    {
        await StopAsync(_gateways[..3]);
        await using var loadBalancer = TestLoadBalancer.Start(
            _gateways, [AllStayInRotation, new("Retry:BudgetMinimumPerSecond", "0"), new("Retry:BudgetRatio", "0")]);

        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("gw-4", await loadBalancer.AskAsync());
        }
    }

    [Fact]
    public async Task A_request_is_sent_to_two_gateways_and_no_third_beside_those_that_refuse_the_connection()
    {
        foreach (var gateway in _gateways)
        {
            gateway.Answer = FakeGateway.Reset;
        }

        await StopAsync(_gateways[..1]);
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [AllStayInRotation]);

        using var response = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(2, _gateways.Sum(gateway => gateway.Received.Count));
        Assert.All(_gateways, gateway => Assert.InRange(gateway.Received.Count, 0, 1));
    }

    [Fact]
    public async Task A_pooled_connection_that_closes_under_a_request_is_no_attempt_when_a_new_one_is_refused()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [AllStayInRotation, new("Retry:Tries", "1")]);
        for (var i = 0; i < 4; i++)
        {
            // Open a pooled connection to each gateway.
            await loadBalancer.AskAsync();
        }

        foreach (var gateway in _gateways[..3])
        {
            gateway.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        var asking = loadBalancer.AskAsync("/waiting");
        await Eventually.IsTrueAsync("a gateway has the request", () => _gateways[..3].Any(HasRequest));
        await StopAsync(_gateways[..3].Where(gateway => !HasRequest(gateway)));
        await StopAsync(_gateways[..3].Where(HasRequest));

        Assert.Equal("gw-4", await asking);

        static bool HasRequest(FakeGateway gateway) => gateway.Received.Any(request => request.Target == "/waiting");
    }

    [Fact]
    public async Task A_request_whose_gateway_is_the_only_one_in_rotation_goes_to_another_when_that_refuses_the_connection()
    {
        var (alone, ejected) = (_gateways[0], _gateways[1]);
        var well = ejected.Answer;
        ejected.Answer = FakeGateway.Reset;
        await using var loadBalancer = TestLoadBalancer.Start([alone, ejected], [new("PassiveHealth:MaxFails", "1")]);
        await loadBalancer.AskAsync();
        await loadBalancer.AskAsync();
        await loadBalancer.IsInStateAsync(ejected.Name, GatewayState.Ejected);
        ejected.Answer = well;
        await alone.StopAsync();

        Assert.Equal(ejected.Name, await loadBalancer.AskAsync());
    }

    [Fact]
    public async Task A_response_of_the_only_gateway_in_rotation_is_passed_on_rather_than_lost_to_gateways_out_of_it()
    {
        var (alone, ejected) = (_gateways[0], _gateways[1]);
        ejected.Answer = FakeGateway.Reset;
        await using var loadBalancer = TestLoadBalancer.Start([alone, ejected], [new("PassiveHealth:MaxFails", "1")]);
        await loadBalancer.AskAsync();
        await loadBalancer.AskAsync();
        await loadBalancer.IsInStateAsync(ejected.Name, GatewayState.Ejected);
        await ejected.StopAsync();
        alone.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync("no service");
        };

        using var response = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal("no service", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_gateway_that_is_declared_dead_while_it_is_connected_to_was_no_attempt()
    {
        using var dead = await BlackHole.CreateAsync();
        _gateways[0].Answer = FakeGateway.Reset;
        await using var loadBalancer = TestLoadBalancer.Start(
            _gateways[..2],
            [
                new("Timeouts:Connect", "00:01:00"), new("Stickiness:By", "client"),
                new("ActiveHealth:Enabled", "true"), new("ActiveHealth:Interval", "00:00:01"),
                new("Gateways:0:Weight", "0.1"), new("Gateways:1:Weight", "0.001"),
                new("Gateways:2:Address", dead.Address), new("Gateways:2:Name", "dead"), new("Gateways:2:Weight", "1000"),
            ]);

        Assert.Equal("gw-2", await loadBalancer.AskAsync());
        Assert.Single(_gateways[0].Received);
    }

    [Fact]
    public async Task A_request_that_waits_at_a_gateway_declared_dead_is_not_moved_while_no_other_is_healthy()
    {
        var (busy, gone) = (_gateways[0], _gateways[1]);
        var (asked, probes, isBusy) = (new TaskCompletionSource(), 0, false);
        busy.Answer = async context =>
        {
            asked.TrySetResult();
            // Respond only well after the gateway was marked as unhealthy.
            await Eventually.IsTrueAsync("four probes were missed", () => Volatile.Read(ref probes) >= 4);
            await context.Response.WriteAsync("late");
        };
        busy.AnswerProbe = async probe =>
        {
            if (Volatile.Read(ref isBusy))
            {
                await FakeGateway.Reset(probe);
                Interlocked.Increment(ref probes);
            }
        };
        await using var loadBalancer = TestLoadBalancer.Start(
            [busy, gone],
            [
                new("Stickiness:By", "client"), new("Gateways:0:Weight", "1000"), new("Gateways:1:Weight", "0.001"),
                new("ActiveHealth:Enabled", "true"), new("ActiveHealth:Interval", "00:00:00.2"), new("ActiveHealth:Timeout", "00:00:00.2"),
            ]);

        var asking = loadBalancer.AskAsync();
        await asked.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        await gone.StopAsync();
        await loadBalancer.IsInStateAsync(gone.Name, GatewayState.Unhealthy);
        // Fail the probes only now: before, the other gateway could still count as healthy.
        Volatile.Write(ref isBusy, true);

        Assert.Equal(busy.Name, await asking);
    }

    [Fact]
    public async Task Three_of_four_gateways_that_go_away_under_load_lose_no_request()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [AllStayInRotation]);
        await using var load = SteadyLoad.Start(loadBalancer.Desktop, requestsPerSecond: 200, readsOnly: true);
        await Eventually.IsTrueAsync("each gateway has received requests", () => _gateways.All(gateway => !gateway.Received.IsEmpty));

        // One after the other: a request may be sent to a gateway that is just stopping, but not to two of them.
        foreach (var gateway in _gateways[..3])
        {
            await gateway.StopAsync();
        }

        await SteadyLoad.RunForAsync(TimeSpan.FromSeconds(1));
        await load.StopAsync();

        Assert.All(load.Samples, sample => Assert.Null(sample.Failure));
    }

    private static Task StopAsync(IEnumerable<FakeGateway> gateways) => Task.WhenAll(gateways.Select(gateway => gateway.StopAsync()));
}
