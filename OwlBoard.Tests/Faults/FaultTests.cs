using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Faults;

/// <summary>
/// Tests with faults of one or three of four gateways that last some seconds, under 200 requests per second of GET and POST.
/// </summary>
[Collection(FaultCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class FaultTests : IAsyncLifetime
{
    private const int RequestsPerSecond = 200;

    /// <summary>The most POSTs that one fault may lose: those sent before the gateway was marked as unhealthy.</summary>
    private const int MostPostsLost = 4;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FaultLasts = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    private FakeGateway _services = null!;

    public async ValueTask InitializeAsync()
    {
        _services = await FakeGateway.StartAsync("services");
        _services.Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("{\"status\":\"ok\"}");
        };
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public async Task A_killed_gateway_loses_no_idempotent_request_and_costs_less_than_100_ms_at_p99()
    {
        var extra = double.PositiveInfinity;
        // Take the best of three: other work on the machine only increases the latency.
        for (var i = 0; i < 3 && extra >= 100; i++)
        {
            var baseline = await WithProcessesAsync("none", _ => Task.CompletedTask, _ => Task.CompletedTask);
            var report = await WithProcessesAsync("kill -9", gateways => gateways[1].Process.KillAsync(), _ => Task.CompletedTask);

            Assert.Equal(0, report.FailedIdempotent);
            Assert.InRange(report.FailedPosts, 0, MostPostsLost);
            extra = report.P99 - baseline.P99;
        }

        Assert.InRange(extra, double.NegativeInfinity, 100);
    }

    [Fact]
    public async Task Three_of_four_gateways_killed_at_once_lose_no_idempotent_request()
    {
        var report = await WithProcessesAsync(
            "three of four killed (kill -9), 2 s",
            gateways => Task.WhenAll(gateways[1..].Select(gateway => gateway.Process.KillAsync())),
            _ => Task.CompletedTask,
            lasts: TimeSpan.FromSeconds(2));

        Assert.Equal(0, report.FailedIdempotent);
    }

    [Fact]
    public async Task A_frozen_gateway_loses_no_request_and_holds_none_longer_than_the_probes_need()
    {
        var report = await WithProcessesAsync(
            "frozen (SIGSTOP), 8 s",
            async gateways =>
            {
                gateways[1].Process.Signal("STOP");
                // The fault lasts twice as long as others: probes need up to 5 s to distinguish a frozen gateway from a slow one.
                await SteadyLoad.RunForAsync(FaultLasts);
            },
            gateways =>
            {
                gateways[1].Process.Signal("CONT");
                return Task.CompletedTask;
            });

        Assert.Equal(0, report.FailedIdempotent);
        Assert.Equal(0, report.FailedPosts);
        Assert.InRange(report.SlowestIdempotent, 0, 5500);
    }

    [Fact]
    public async Task A_slow_gateway_loses_no_request()
    {
        var report = await WithUpstreamsAsync("slow (500 ms)", gateway => async context =>
        {
            await Task.Delay(500, context.RequestAborted);
            await gateway.Answer(context);
        });

        Assert.Equal(0, report.FailedIdempotent);
        Assert.Equal(0, report.FailedPosts);
    }

    [Fact]
    public async Task A_gateway_that_resets_connections_loses_no_idempotent_request()
    {
        var report = await WithUpstreamsAsync("resets connections", _ => context =>
        {
            context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
            return Task.CompletedTask;
        });

        Assert.Equal(0, report.FailedIdempotent);
        Assert.InRange(report.FailedPosts, 0, MostPostsLost);
    }

    [Fact]
    public async Task A_gateway_that_answers_503_loses_no_idempotent_request()
    {
        var report = await WithUpstreamsAsync("answers 503", _ => context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });

        Assert.Equal(0, report.FailedIdempotent);
        Assert.InRange(report.FailedPosts, 0, MostPostsLost);
    }

    /// <summary>Runs a fault of the process, with real gateways.</summary>
    private async Task<FaultReport> WithProcessesAsync(
        string fault, Func<GatewayProcess[], Task> begin, Func<GatewayProcess[], Task> end, TimeSpan? lasts = null)
    {
        var gateways = await GatewayProcess.StartManyAsync(4, _services.Address);
        await using var loadBalancer = await StartLoadBalancerAsync(gateways.Select(gateway => (gateway.Name, gateway.Address)));
        try
        {
            return await MeasureAsync(fault, loadBalancer, () => begin(gateways), () => end(gateways), lasts);
        }
        finally
        {
            foreach (var gateway in gateways)
            {
                await gateway.DisposeAsync();
            }
        }
    }

    /// <summary>Runs a fault of the responses, with upstreams in the test's own process.</summary>
    private static async Task<FaultReport> WithUpstreamsAsync(string fault, Func<FakeGateway, RequestDelegate> answer)
    {
        var gateways = await FakeGateway.StartManyAsync(4);
        await using var loadBalancer = await StartLoadBalancerAsync(gateways.Select(gateway => (gateway.Name, gateway.Address)));
        var well = gateways[1].Answer;
        var original = gateways[0];
        try
        {
            return await MeasureAsync(
                fault,
                loadBalancer,
                () =>
                {
                    gateways[1].Answer = answer(original);
                    return Task.CompletedTask;
                },
                () =>
                {
                    gateways[1].Answer = well;
                    return Task.CompletedTask;
                });
        }
        finally
        {
            foreach (var gateway in gateways)
            {
                await gateway.DisposeAsync();
            }
        }
    }

    private static Task<LoadBalancerProcess> StartLoadBalancerAsync(IEnumerable<(string Name, string Address)> gateways) =>
        LoadBalancerProcess.StartAsync(gateways, "LoadBalancer:RateLimit:RequestsPerSecond=0", "LoadBalancer:AccessLog:Enabled=false");

    private static async Task<FaultReport> MeasureAsync(string fault, LoadBalancerProcess loadBalancer, Func<Task> begin, Func<Task> end, TimeSpan? lasts = null)
    {
        // Warm up, so that the measurement excludes JIT compilation.
        await using (var warmUp = SteadyLoad.Start(new Uri(loadBalancer.Desktop, "/api/users/1"), RequestsPerSecond))
        {
            await SteadyLoad.RunForAsync(Before);
        }

        await using var load = SteadyLoad.Start(new Uri(loadBalancer.Desktop, "/api/users/1"), RequestsPerSecond);
        await SteadyLoad.RunForAsync(Before);
        await begin();
        await SteadyLoad.RunForAsync(lasts ?? FaultLasts);
        await end();
        await SteadyLoad.RunForAsync(After);
        await load.StopAsync();
        var failures = load.Samples.Where(sample => sample.Failure is not null).CountBy(sample => $"{sample.Method} {sample.Failure}");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', failures.Select(failure => string.Create(CultureInfo.InvariantCulture, $"{failure.Value} × {failure.Key}"))));
        return FaultReport.Of(fault, load.Samples);
    }
}
