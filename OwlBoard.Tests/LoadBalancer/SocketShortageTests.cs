using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.Tests.Fixtures;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A load balancer without free file descriptors draws no conclusion about its gateways' health.</summary>
[Trait("Category", "Integration")]
public sealed class SocketShortageTests : IAsyncLifetime
{
    private readonly CapturedLog _log = new();
    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(2);

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets, HttpStatusCode.ServiceUnavailable, false)]
    [InlineData(SocketError.NoBufferSpaceAvailable, HttpStatusCode.ServiceUnavailable, false)]
    [InlineData(SocketError.ConnectionRefused, HttpStatusCode.BadGateway, true)]
    public async Task Requests_without_a_socket_do_not_count_against_the_gateway(SocketError error, HttpStatusCode status, bool isEjected)
    {
        await using var loadBalancer = Start(services => services.AddSingleton<IUpstreamForwarder>(new BrokenForwarder(error)));

        for (var i = 0; i < 5; i++)
        {
            using var response = await loadBalancer.Http.GetAsync("/", TestContext.Current.CancellationToken);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal(isEjected ? GatewayState.Ejected : GatewayState.Healthy, gateway.Condition.State));
        Assert.Equal(isEjected ? 0 : 1, Shortages);
    }

    [Fact]
    public async Task Probes_without_a_socket_are_not_missed()
    {
        await using var loadBalancer = Start();
        var policy = loadBalancer.Services.GetServices<IActiveHealthCheckPolicy>().OfType<ProbePolicy>().Single();
        var cluster = loadBalancer.Services.GetRequiredService<GatewayRegistry>().Cluster!;
        var gateway = loadBalancer.Gateways[0];

        Probe(SocketError.TooManyOpenSockets, times: 5);
        Assert.Equal(GatewayState.Healthy, gateway.Condition.State);
        Assert.Equal(1, Shortages);

        Probe(SocketError.ConnectionRefused, times: 5);
        Assert.Equal(GatewayState.Unhealthy, gateway.Condition.State);

        void Probe(SocketError error, int times)
        {
            for (var i = 0; i < times; i++)
            {
                policy.ProbingCompleted(cluster, [new DestinationProbingResult(gateway.Destination, null, Failure(error))]);
            }
        }
    }

    private int Shortages => _log.Lines.Count(line => line.StartsWith("Error: No socket left", StringComparison.Ordinal));

    private static HttpRequestException Failure(SocketError error) =>
        new(HttpRequestError.ConnectionError, "No connection.", new SocketException((int)error));

    private TestLoadBalancer Start(Action<IServiceCollection>? services = null) => TestLoadBalancer.Start(_gateways, services: all =>
    {
        all.AddSingleton<ILoggerProvider>(_log);
        services?.Invoke(all);
    });

    private sealed class BrokenForwarder(SocketError error) : IUpstreamForwarder
    {
        public ValueTask<ForwarderError> SendAsync(
            HttpContext context,
            UpstreamExchange exchange,
            string destinationPrefix,
            HttpMessageInvoker httpClient,
            ForwarderRequestConfig requestConfig,
            HttpTransformer transformer,
            ExchangeLimits limits)
        {
            context.Features.Set<IForwarderErrorFeature>(new ForwardingFailure(ForwarderError.Request, Failure(error)));
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
            return ValueTask.FromResult(ForwarderError.Request);
        }

        public ValueTask<ForwarderError> CopyAsync(HttpContext context, UpstreamExchange exchange) => throw new InvalidOperationException();

        public ValueTask DiscardAsync(HttpContext context, UpstreamExchange exchange) => ValueTask.CompletedTask;
    }
}
