using System.Net;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class StatusTests
{
    [Fact]
    public async Task Health_says_which_listener_answers()
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([gateway]);
        var cancellationToken = TestContext.Current.CancellationToken;

        Assert.Equal("Load Balancer Healthy", await loadBalancer.Http.GetStringAsync("/health", cancellationToken));
        Assert.Equal("Load Balancer Healthy (Mobile)", await loadBalancer.Http.GetStringAsync(new Uri(loadBalancer.Mobile, "/health"), cancellationToken));
        Assert.Empty(gateway.Received);
    }

    [Theory]
    [InlineData("GET", "/health", true)]
    [InlineData("GET", "/HEALTH/", true)]
    [InlineData("GET", "/lb%2Dstatus", true)]
    [InlineData("GET", "/lb-status?details", true)]
    [InlineData("POST", "/health", false)]
    [InlineData("GET", "/health/x", false)]
    [InlineData("GET", "/healthy", false)]
    [InlineData("GET", "//health", false)]
    [InlineData("GET", "/x/health", false)]
    [InlineData("GET", "/", false)]
    public async Task All_but_its_own_paths_goes_to_the_gateways(string method, string path, bool isOwn)
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([gateway]);

        foreach (var listener in new[] { loadBalancer.Desktop, loadBalancer.Mobile })
        {
            var response = await RawClient.AskAsync(listener, $"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

            Assert.Equal(200, response.Status);
            Assert.Equal(isOwn ? null : "gw-1", response.Header("X-Upstream-Server"));
        }
    }

    [Fact]
    public async Task Status_begins_with_the_two_lines_of_old_and_goes_on_with_one_per_gateway()
    {
        var gateways = await FakeGateway.StartManyAsync(4);
        await using var loadBalancer = TestLoadBalancer.Start(gateways);

        var response = await loadBalancer.Http.GetAsync("/lb-status", TestContext.Current.CancellationToken);
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd('\n').Split('\n');

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["Active Backends: 4", "Algorithm: least_conn"], lines[..2]);
        Assert.Equal(gateways.Select(gateway => $"{gateway.Name} {gateway.Address} healthy active=0"), lines[2..]);
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task Status_follows_what_happens()
    {
        await using var busy = await FakeGateway.StartAsync("gw-1");
        await using var gone = await FakeGateway.StartAsync("gw-2");
        await using var loadBalancer = TestLoadBalancer.Start(
            [busy, gone], [new("ActiveHealth:Enabled", "true"), new("ActiveHealth:Interval", "00:00:00.1"), new("ActiveHealth:Timeout", "00:00:00.1")]);
        await gone.StopAsync();
        await loadBalancer.IsInStateAsync("gw-2", GatewayState.Unhealthy);
        var release = new TaskCompletionSource();
        busy.Answer = _ => release.Task;
        var request = loadBalancer.AskAsync();
        await Fixtures.Eventually.IsTrueAsync("the gateway has the request", () => !busy.Received.IsEmpty);

        var status = await loadBalancer.Http.GetStringAsync("/lb-status", TestContext.Current.CancellationToken);

        Assert.StartsWith("Active Backends: 1\n", status, StringComparison.Ordinal);
        Assert.Contains("gw-1 " + busy.Address + " healthy active=1\n", status, StringComparison.Ordinal);
        Assert.Contains("gw-2 " + gone.Address + " unhealthy active=0\n", status, StringComparison.Ordinal);
        release.SetResult();
        await request;
    }

    [Fact]
    public async Task Own_answers_carry_the_response_headers_too()
    {
        await using var loadBalancer = TestLoadBalancer.Start([]);

        var response = await loadBalancer.Http.GetAsync("/lb-status", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["OwlBoard-LB"], response.Headers.GetValues("X-Load-Balancer"));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
    }
}
