using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class ManagementTests : IAsyncLifetime
{
    private const string Token = "0123456789abcdef-secret";

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
    public async Task Detailed_status_tells_what_each_gateway_did()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);
        _gateways[0].Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        for (var i = 0; i < 2; i++)
        {
            await loadBalancer.AskAsync();
        }

        using var status = await StatusAsync(loadBalancer);

        Assert.Equal("least_conn", status.RootElement.GetProperty("algorithm").GetString());
        Assert.Equal(2, status.RootElement.GetProperty("activeBackends").GetInt32());
        var gateways = status.RootElement.GetProperty("gateways").EnumerateArray().ToArray();
        Assert.Equal(["gw-1", "gw-2"], gateways.Select(gateway => gateway.GetProperty("name").GetString()));
        var sick = gateways[0];
        Assert.Equal(_gateways[0].Address, sick.GetProperty("address").GetString());
        Assert.Equal("healthy", sick.GetProperty("state").GetString());
        Assert.Equal(1, sick.GetProperty("requests").GetInt64());
        Assert.Equal(1, sick.GetProperty("failures").GetInt64());
        Assert.Equal("503", sick.GetProperty("lastFailure").GetProperty("reason").GetString());
        Assert.True(gateways[1].GetProperty("latencyLastMinute").GetProperty("p99").GetDouble() > 0);
    }

    [Fact]
    public async Task Metrics_are_in_prometheus_form()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);
        await loadBalancer.AskAsync();

        var metrics = await loadBalancer.Http.GetStringAsync(new Uri(loadBalancer.Management, "/metrics"), TestContext.Current.CancellationToken);

        Assert.Contains("owlboard_gateway_request_duration_seconds_count{", metrics, StringComparison.Ordinal);
        Assert.Contains("gateway=\"gw-1\"", metrics, StringComparison.Ordinal);
        Assert.Contains("owlboard_gateway_healthy{", metrics, StringComparison.Ordinal);
        Assert.Contains("owlboard_gateway_active_requests{", metrics, StringComparison.Ordinal);
        // The value includes the load balancers of other tests, which share the process.
        Assert.Matches("owlboard_connections\\{[^}]*state=\"served\"[^}]*\\} [1-9]", metrics);
        Assert.Contains("owlboard_send_backlog_bytes{", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/", 200, "/{**path}", "GET")]
    [InlineData("BREW", "/coffee", 200, "/{**path}", "_OTHER")]
    [InlineData("GET", "/health", 200, "/health", "GET")]
    public async Task Every_request_is_measured_once_whoever_answers_it(string method, string path, int status, string route, string expectedMethod)
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [new("AccessLog:Enabled", "false")]);
        using var durations = new RecordedMetric(loadBalancer, "http.server.request.duration");
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(loadBalancer.Desktop, path));

        using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        await Eventually.IsTrueAsync("the duration is recorded", () => durations.Sum > 0);
        Assert.Equal([expectedMethod], durations.Values("http.request.method"));
        Assert.Equal([status], durations.Values("http.response.status_code"));
        Assert.Equal([route], durations.Values("http.route"));
        Assert.Equal(["1.1"], durations.Values("network.protocol.version"));
        Assert.Equal(["http"], durations.Values("url.scheme"));
        Assert.InRange(durations.Sum, 0, 20);
    }

    [Theory]
    [InlineData("GET", "/metrics")]
    [InlineData("POST", "/gateways/gw-1/drain")]
    [InlineData("POST", "/gateways/gw-1/activate")]
    public async Task Management_does_not_exist_on_the_ports_that_clients_use(string method, string path)
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [new("ManagementToken", Token)]);

        foreach (var listener in new[] { loadBalancer.Desktop, loadBalancer.Mobile })
        {
            using var request = Authorized(new HttpMethod(method), new Uri(listener, path));
            var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(response.Headers.Contains("X-Upstream-Server"), "The path was not forwarded to a gateway.");
        }

        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(GatewayState.Healthy, gateway.Condition.State));
    }

    [Fact]
    public async Task Status_is_json_only_on_the_management_port()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/lb-status");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

        var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_management_port_does_not_proxy()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);

        var response = await loadBalancer.Http.GetAsync(new Uri(loadBalancer.Management, "/api/users"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.All(_gateways, gateway => Assert.Empty(gateway.Received));
    }

    [Fact]
    public async Task A_drained_gateway_finishes_what_it_has_and_gets_nothing_more_until_it_is_activated()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [new("ManagementToken", Token)]);
        var release = new TaskCompletionSource();
        _gateways[0].Answer = async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("finished");
        };
        var inFlight = Task.WhenAll(loadBalancer.AskAsync(), loadBalancer.AskAsync());
        await Fixtures.Eventually.IsTrueAsync("gw-1 has a request", () => !_gateways[0].Received.IsEmpty);

        Assert.Equal(HttpStatusCode.OK, await PostAsync(loadBalancer, "/gateways/gw-1/drain"));

        Assert.Equal(GatewayState.Drained, loadBalancer.Gateway("gw-1").Condition.State);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("gw-2", await loadBalancer.AskAsync());
        }

        release.SetResult();
        Assert.Contains("gw-1", await inFlight);

        Assert.Equal(HttpStatusCode.OK, await PostAsync(loadBalancer, "/gateways/GW-1/activate"));
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
    }

    [Fact]
    public async Task Draining_asks_for_the_token()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways, [new("ManagementToken", Token)]);

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(loadBalancer, "/gateways/gw-1/drain", token: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(loadBalancer, "/gateways/gw-1/drain", token: Token + "x"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(loadBalancer, "/gateways/gw-9/drain"));
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
    }

    [Fact]
    public async Task Draining_is_refused_while_no_token_is_configured()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways);

        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(loadBalancer, "/gateways/gw-1/drain", token: ""));
    }

    private static async Task<HttpStatusCode> PostAsync(TestLoadBalancer loadBalancer, string path, string? token = Token)
    {
        using var request = Authorized(HttpMethod.Post, new Uri(loadBalancer.Management, path), token);
        using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static HttpRequestMessage Authorized(HttpMethod method, Uri address, string? token = Token)
    {
        var request = new HttpRequestMessage(method, address);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return request;
    }

    private static async Task<JsonDocument> StatusAsync(TestLoadBalancer loadBalancer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(loadBalancer.Management, "/lb-status"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
