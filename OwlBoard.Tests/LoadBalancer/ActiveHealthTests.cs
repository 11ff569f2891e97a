using Microsoft.AspNetCore.Http;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class ActiveHealthTests : IAsyncLifetime
{
    private static readonly KeyValuePair<string, string>[] FastProbes =
    [
        new("ActiveHealth:Enabled", "true"),
        new("ActiveHealth:Interval", "00:00:00.1"),
        new("ActiveHealth:Timeout", "00:00:00.1"),
    ];

    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(2);

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_gateway_that_is_gone_leaves_and_comes_back_by_itself()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, FastProbes);

        await _gateways[0].StopAsync();
        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Unhealthy);
        Assert.Equal(["gw-2", "gw-2"], [await loadBalancer.AskAsync(), await loadBalancer.AskAsync()]);

        await _gateways[0].StartAsync();
        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Healthy);
    }

    [Fact]
    public async Task A_gateway_that_does_not_answer_in_time_leaves_after_two_misses()
    {
        var probes = 0;
        _gateways[0].AnswerProbe = context =>
        {
            Interlocked.Increment(ref probes);
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, FastProbes);

        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Unhealthy);

        Assert.InRange(Volatile.Read(ref probes), 2, 4);
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-2").Condition.State);
    }

    [Fact]
    public async Task A_gateway_that_answers_503_leaves_at_once()
    {
        _gateways[0].AnswerProbe = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [.. FastProbes, new("ActiveHealth:Misses", "100")]);

        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Draining);
        Assert.Equal("gw-2", await loadBalancer.AskAsync());

        _gateways[0].AnswerProbe = _ => Task.CompletedTask;
        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Healthy);
    }

    [Fact]
    public async Task An_upstream_without_a_health_page_counts_as_alive()
    {
        var probed = new TaskCompletionSource();
        var probes = 0;
        _gateways[0].AnswerProbe = context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            if (Interlocked.Increment(ref probes) == 4)
            {
                probed.SetResult();
            }

            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, FastProbes);

        await probed.Task.WaitAsync(Fixtures.Eventually.DefaultDeadline, TestContext.Current.CancellationToken);

        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
    }
}
