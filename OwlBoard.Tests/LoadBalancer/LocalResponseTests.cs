using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.LoadBalancer.Balancing;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>The load balancer's own responses carry the same headers as those of gateways, and state the reason.</summary>
[Trait("Category", "Integration")]
public sealed class LocalResponseTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData(400, "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n")]
    [InlineData(413, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485761\r\n\r\n")]
    [InlineData(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n")]
    [InlineData(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")]
    public async Task Refusals_are_problems_with_all_headers(int status, string request)
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        IsProblem(await RawClient.AskAsync(loadBalancer.Desktop, request), status);
    }

    [Fact]
    public async Task A_cluster_without_a_living_gateway_is_a_problem_with_all_headers()
    {
        await _gateway.StopAsync();
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        IsProblem(await RawClient.AskAsync(loadBalancer.Desktop, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 502);
    }

    [Fact]
    public async Task Unknown_paths_of_the_management_port_are_problems_with_all_headers()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        IsProblem(await RawClient.AskAsync(loadBalancer.Management, "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n"), 404);
    }

    [Fact]
    public async Task An_error_of_its_own_is_a_problem_that_tells_nothing_of_it()
    {
        await using var other = await FakeGateway.StartAsync("gw-2");
        await using var loadBalancer = TestLoadBalancer.Start([_gateway, other], services: services =>
        {
            services.Remove(services.Single(service => service.ImplementationType == typeof(LeastConnectionsPolicy)));
            services.AddSingleton<ILoadBalancingPolicy, BrokenPolicy>();
        });

        var response = await RawClient.AskAsync(loadBalancer.Desktop, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        IsProblem(response, 500);
        Assert.DoesNotContain("spring", response.Body, StringComparison.Ordinal);
    }

    /// <summary>Kestrel itself rejects a malformed request: without a body, and without a field that identifies the server.</summary>
    [Theory]
    [InlineData(400, "nonsense\r\n\r\n")]
    [InlineData(505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n")]
    public async Task What_is_no_request_is_refused_without_a_server_header(int status, string request)
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var response = await RawClient.AskAsync(loadBalancer.Desktop, request);

        Assert.Equal(status, response.Status);
        Assert.Equal("close", response.Header("Connection"));
        Assert.Null(response.Header("Server"));
    }

    private static void IsProblem(RawResponse response, int status)
    {
        Assert.Equal(status, response.Status);
        Assert.Equal("application/problem+json", response.Header("Content-Type"));
        Assert.Equal("OwlBoard-LB", response.Header("X-Load-Balancer"));
        Assert.Equal("SAMEORIGIN", response.Header("X-Frame-Options"));
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Equal("strict-origin-when-cross-origin", response.Header("Referrer-Policy"));
        Assert.Null(response.Header("Server"));
        using var problem = JsonDocument.Parse(response.Body);
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.RootElement.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
        Assert.NotEmpty(problem.RootElement.GetProperty("traceId").GetString()!);
    }

    private sealed class BrokenPolicy : ILoadBalancingPolicy
    {
        public string Name => Algorithms.LeastConnections;

        public DestinationState PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations) =>
            throw new InvalidOperationException("A spring is broken.");
    }
}
