using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Management;

namespace OwlBoard.Tests.LoadBalancer.Management;

/// <summary>The management port is protected against other web pages and against guessing the token.</summary>
[Trait("Category", "Integration")]
public sealed class ManagementGuardTests
{
    private const string Token = "0123456789abcdef-secret";

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:9100", 200)]
    [InlineData("lb.localhost:9100", 200)]
    [InlineData("127.0.0.1:9100", 200)]
    [InlineData("127.4.5.6", 200)]
    [InlineData("[::1]:9100", 200)]
    [InlineData("status.example.com:9100", 200)]
    [InlineData("STATUS.example.com", 200)]
    [InlineData("198.51.100.4:9100", 200)]
    [InlineData("evil.example", 403)]
    [InlineData("evil.example:9100", 403)]
    [InlineData("localhost.evil.example", 403)]
    [InlineData("notlocalhost", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("x.status.example.com", 403)]
    [InlineData("198.51.100.5", 403)]
    [InlineData("[2001:db8::1]:9100", 403)]
    public async Task A_host_that_is_neither_loopback_nor_configured_is_refused(string host, int status)
    {
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [new("ManagementHosts:0", "status.example.com"), new("ManagementHosts:1", "198.51.100.4")]);

        foreach (var path in new[] { "/", "/metrics", "/lb-status", "/status/history" })
        {
            var response = await RawClient.AskAsync(loadBalancer.Management, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            Assert.Equal(status, response.Status);
        }
    }

    [Fact]
    public async Task A_foreign_host_cannot_drain_with_the_token_nor_probe_for_paths()
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([gateway], [new("ManagementToken", Token)]);

        var drain = await RawClient.AskAsync(
            loadBalancer.Management, $"POST /gateways/gw-1/drain HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer {Token}\r\nContent-Length: 0\r\n\r\n");
        var unknown = await RawClient.AskAsync(loadBalancer.Management, "GET /nothing HTTP/1.1\r\nHost: evil.example\r\n\r\n");

        Assert.Equal((403, 403), (drain.Status, unknown.Status));
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);
    }

    [Fact]
    public async Task The_ports_that_clients_use_serve_any_host()
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([gateway]);

        foreach (var path in new[] { "/", "/health", "/lb-status" })
        {
            var response = await RawClient.AskAsync(loadBalancer.Desktop, $"GET {path} HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n");
            Assert.Equal(200, response.Status);
        }
    }

    [Fact]
    public async Task Guesses_of_the_token_are_slowed_down()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start(
            [gateway], [new("ManagementToken", Token)], services => services.AddSingleton(new TokenThrottle(time)));

        // A request without a token does not count as a guess: any web page can send it.
        for (var i = 0; i < 2 * TokenThrottle.Burst; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await DrainAsync(loadBalancer, token: null)).StatusCode);
        }

        for (var i = 0; i < TokenThrottle.Burst; i++)
        {
            var wrong = await DrainAsync(loadBalancer, $"guess-{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.Equal("The management token is wrong.", await DetailAsync(wrong));
        }

        var slowed = await DrainAsync(loadBalancer, Token);
        Assert.Equal(HttpStatusCode.TooManyRequests, slowed.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), slowed.Headers.RetryAfter?.Delta);
        Assert.Equal("Too many wrong management tokens from this address; try again in 10 s.", await DetailAsync(slowed));
        Assert.Equal(GatewayState.Healthy, loadBalancer.Gateway("gw-1").Condition.State);

        time.Advance(TokenThrottle.Interval);
        Assert.Equal(HttpStatusCode.OK, (await DrainAsync(loadBalancer, Token)).StatusCode);
        Assert.Equal(GatewayState.Drained, loadBalancer.Gateway("gw-1").Condition.State);
    }

    private static Task<HttpResponseMessage> DrainAsync(TestLoadBalancer loadBalancer, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(loadBalancer.Management, "/gateways/gw-1/drain"));
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string?> DetailAsync(HttpResponseMessage response)
    {
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return problem.RootElement.GetProperty("detail").GetString();
    }
}
