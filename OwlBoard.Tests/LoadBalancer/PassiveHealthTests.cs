using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class PassiveHealthTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(2);

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("GET", 502)]
    [InlineData("GET", 503)]
    [InlineData("GET", 504)]
    [InlineData("POST", 503)]
    public async Task Three_failures_take_a_gateway_out_for_thirty_seconds_whatever_the_method(string method, int status)
    {
        await using var loadBalancer = Start();
        _gateways[0].Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        for (var i = 0; i < 6; i++)
        {
            await SendAsync(loadBalancer, method);
        }

        Assert.Equal(3, _gateways[0].Received.Count);
        Assert.Equal(GatewayState.Ejected, loadBalancer.Gateway("gw-1").Condition.State);

        _time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Equal(GatewayState.Ejected, loadBalancer.Gateway("gw-1").Condition.State);

        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
        _gateways[0].Answer = _ => Task.CompletedTask;
        Assert.Contains("gw-1", new[] { await loadBalancer.AskAsync(), await loadBalancer.AskAsync() });
    }

    [Fact]
    public async Task Failures_that_are_far_apart_do_not_add_up()
    {
        await using var loadBalancer = Start();
        _gateways[0].Answer = Unavailable;

        for (var i = 0; i < 4; i++)
        {
            await loadBalancer.AskAsync();
            await loadBalancer.AskAsync();
            _time.Advance(TimeSpan.FromSeconds(15.1));
        }

        Assert.Equal(4, _gateways[0].Received.Count);
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
    }

    [Fact]
    public async Task Answers_below_500_and_other_5xx_are_no_failures()
    {
        await using var loadBalancer = Start();
        var status = 400;
        _gateways[0].Answer = context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref status) % 2 == 0 ? 500 : 404;
            return Task.CompletedTask;
        };

        for (var i = 0; i < 12; i++)
        {
            await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
        }

        Assert.Equal(6, _gateways[0].Received.Count);
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
    }

    [Fact]
    public async Task A_failure_that_the_gateway_blames_on_a_service_is_retried_and_passed_on_but_not_counted()
    {
        await using var loadBalancer = Start();
        foreach (var gateway in _gateways)
        {
            gateway.Answer = context =>
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers["X-Failed-Service"] = "chat-service";
                return Task.CompletedTask;
            };
        }

        for (var i = 0; i < 10; i++)
        {
            using var response = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }

        Assert.True(_gateways.Sum(gateway => gateway.Received.Count) > 10, "No request was retried on another gateway.");
        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(0, gateway.Statistics.Failures));
        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(GatewayState.Healthy, gateway.Condition.State));
    }

    [Fact]
    public async Task When_all_gateways_are_out_all_are_used()
    {
        await using var loadBalancer = Start();
        foreach (var gateway in _gateways)
        {
            gateway.Answer = Unavailable;
        }

        for (var i = 0; i < 8; i++)
        {
            await SendAsync(loadBalancer, "POST");
        }

        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(GatewayState.Ejected, gateway.Condition.State));
        foreach (var gateway in _gateways)
        {
            gateway.Answer = _ => Task.CompletedTask;
        }

        Assert.Equal(["gw-1", "gw-2"], new[] { await loadBalancer.AskAsync(), await loadBalancer.AskAsync() }.Order());
    }

    [Fact]
    public async Task A_gateway_that_comes_back_gets_its_share_ramped_over_ten_seconds()
    {
        await using var loadBalancer = Start();
        _gateways[0].Answer = Unavailable;
        for (var i = 0; i < 6; i++)
        {
            await loadBalancer.AskAsync();
        }

        _gateways[0].Answer = _ => Task.CompletedTask;
        _time.Advance(TimeSpan.FromSeconds(30));
        var shares = new List<int>();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var answers = new List<string>();
            for (var i = 0; i < 40; i++)
            {
                answers.Add(await loadBalancer.AskAsync());
            }

            shares.Add(answers.Count(name => name == "gw-1"));
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        // Slow start: a tenth of the other gateway's share, then half of it, then all of it.
        Assert.InRange(shares[0], 2, 6);
        Assert.InRange(shares[1], 11, 15);
        Assert.InRange(shares[2], 19, 21);
    }

    private TestLoadBalancer Start() =>
        TestLoadBalancer.Start(_gateways, services: services => services.AddSingleton<TimeProvider>(_time));

    private static async Task SendAsync(TestLoadBalancer loadBalancer, string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/");
        using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(method == "POST" || response.StatusCode == HttpStatusCode.OK);
    }

    private static Task Unavailable(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }
}
