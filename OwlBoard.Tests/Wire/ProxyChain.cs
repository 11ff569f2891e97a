using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.Gateway;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>A load balancer, a gateway behind it, and a canvas service that records the bytes it receives.</summary>
internal sealed class ProxyChain : IAsyncDisposable
{
    private readonly TestGateway _gateway;
    private readonly TestLoadBalancer _loadBalancer;

    private ProxyChain(string forwarder, KeyValuePair<string, string>[] settings)
    {
        Service = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        _gateway = TestGateway.Start(settings: [("Gateway:Services:canvas", Service.Address), ("Gateway:Forwarder", forwarder)]);
        _loadBalancer = TestLoadBalancer.Start(
            [],
            [new("Gateways:0:Address", Gateway.ToString()), new("Gateways:0:Name", "api-gateway-1"), new("Forwarder", forwarder), .. settings]);
    }

    public static TheoryData<string> Forwarders { get; } = new("sockets", "yarp");

    public RawUpstream Service { get; }

    public Uri Gateway => _gateway.Client.BaseAddress!;

    public Uri LoadBalancer => _loadBalancer.Desktop;

    /// <param name="forwarder">The forwarder of the load balancer and the gateway.</param>
    /// <param name="settings">The load balancer's settings, relative to its section.</param>
    public static ProxyChain Start(string forwarder, params KeyValuePair<string, string>[] settings) => new(forwarder, settings);

    public async ValueTask DisposeAsync()
    {
        await _loadBalancer.DisposeAsync();
        await _gateway.DisposeAsync();
        await Service.DisposeAsync();
    }
}
