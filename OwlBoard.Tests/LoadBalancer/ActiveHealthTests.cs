using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.Tests.Fixtures;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

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
    public async Task A_probe_that_throws_anything_is_a_miss_that_is_logged_and_probing_goes_on()
    {
        var probes = new FailingProbes();
        using var log = new CapturedLog();
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, FastProbes, services => services
            .AddSingleton<IProbingRequestFactory>(probes)
            .AddSingleton<ILoggerProvider>(log));
        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Healthy);

        probes.Failing = loadBalancer.Gateway("gw-1").Address;
        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Unhealthy);
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-2").Condition.State);
        Assert.Contains(log.Lines, line => line.StartsWith("Error: Probing gw-1 failed. System.InvalidOperationException: Not this one", StringComparison.Ordinal));

        probes.Failing = "";
        await loadBalancer.IsInStateAsync("gw-1", GatewayState.Healthy);
    }

    [Fact]
    public async Task A_policy_that_throws_is_logged_and_probing_goes_on()
    {
        using var log = new CapturedLog();
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, FastProbes, services => services
            .RemoveAll<IActiveHealthCheckPolicy>()
            .AddSingleton<IActiveHealthCheckPolicy>(new FailingPolicy())
            .AddSingleton<ILoggerProvider>(log));

        await Eventually.IsTrueAsync("gw-1 was probed repeatedly", () =>
            log.Lines.Count(line => line.StartsWith("Error: Processing the result of a probe of gw-1 failed.", StringComparison.Ordinal)) > 2);
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

        await probed.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);

        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
    }

    /// <summary>A factory that throws instead of creating the probes of one gateway.</summary>
    private sealed class FailingProbes : IProbingRequestFactory
    {
        public string Failing { get; set; } = "";

        public HttpRequestMessage CreateRequest(ClusterModel cluster, DestinationModel destination) =>
            destination.Config.Address == Failing
                ? throw new InvalidOperationException("Not this one")
                : new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(destination.Config.Address), "/health")) { Version = HttpVersion.Version11 };
    }

    /// <summary>A policy that throws instead of processing the results of probes.</summary>
    private sealed class FailingPolicy : IActiveHealthCheckPolicy
    {
        public string Name => ProbePolicy.PolicyName;

        public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults) =>
            throw new InvalidOperationException("No conclusion");
    }
}
