using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.Gateway;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>The load balancer in front of a gateway in front of a canvas service that keeps the bytes it receives.</summary>
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
    /// <param name="settings">Settings of the load balancer, without their section.</param>
    public static ProxyChain Start(string forwarder, params KeyValuePair<string, string>[] settings) => new(forwarder, settings);

    public async ValueTask DisposeAsync()
    {
        await _loadBalancer.DisposeAsync();
        await _gateway.DisposeAsync();
        await Service.DisposeAsync();
    }
}
