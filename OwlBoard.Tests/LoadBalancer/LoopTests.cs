using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class LoopTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("Via")]
    public async Task A_load_balancer_that_is_its_own_gateway_answers_508_after_a_few_passes_and_logs_one_line(string? connectionOption)
    {
        var port = FreePort.Next();
        using var log = new CapturedLog();
        await using var loadBalancer = TestLoadBalancer.Start(
            [],
            [new("DesktopPort", $"{port}"), new("Gateways:0:Address", $"http://127.0.0.1:{port}"), new("Gateways:0:Name", "itself")],
            services => services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Warning).AddFilter<CapturedLog>("OwlBoard", LogLevel.Warning)));

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/boards");
            if (connectionOption is not null)
            {
                request.Headers.Connection.Add(connectionOption);
            }

            using var response = await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.LoopDetected, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        Assert.Equal(10, loadBalancer.Gateway("itself").Statistics.Requests);
        Assert.StartsWith("Warning: Forwarding loop: GET /boards passed 5 load balancers and was refused", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_of_three_load_balancers_passes_requests_on()
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var last = TestLoadBalancer.Start([gateway]);
        await using var middle = InFrontOf(last);
        await using var first = InFrontOf(middle);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Via", "1.0 fred, 1.1 OwlBoard-LBs" } } };
        using var response = await first.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("1.0 fred, 1.1 OwlBoard-LBs, 1.1 OwlBoard-LB, 1.1 OwlBoard-LB, 1.1 OwlBoard-LB", Assert.Single(gateway.Received).Header("Via"));

        static TestLoadBalancer InFrontOf(TestLoadBalancer next) =>
            TestLoadBalancer.Start([], [new("Gateways:0:Address", next.Desktop.ToString()), new("Gateways:0:Name", "next")]);
    }

    [Fact]
    public async Task A_client_that_claims_passes_gets_its_own_request_refused_and_no_other()
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nVia: {string.Join(", ", Enumerable.Repeat("1.1 owlboard-lb", 5))}\r\n\r\n");

        Assert.Equal(508, (await client.ReadResponseAsync()).Status);
        Assert.Empty(gateway.Received);
        Assert.Equal("gw-1", await loadBalancer.AskAsync());
    }
}
