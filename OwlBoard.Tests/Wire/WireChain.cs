using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.Gateway;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>The load balancer, behind it a gateway, behind that a service that keeps the bytes it gets.</summary>
internal sealed class WireChain : IAsyncDisposable
{
    /// <summary>A path that the gateway sends to the service.</summary>
    public const string Path = "/api/canvas/x";

    private readonly CertificateFolder _files = new();
    private readonly TestGateway _gateway;
    private readonly TestLoadBalancer _loadBalancer;

    private WireChain(string forwarder, KeyValuePair<string, string>[] settings)
    {
        Service = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        _gateway = TestGateway.Start(settings: [("Gateway:Services:canvas", Service.Address), ("Gateway:Forwarder", forwarder)]);
        TlsPort = FreePort.Next();
        _files.Write(CertificateFolder.Issue("wire"));
        _loadBalancer = TestLoadBalancer.Start(
            [],
            [
                new("Gateways:0:Address", _gateway.Client.BaseAddress!.ToString()),
                new("Gateways:0:Name", "gw-1"),
                new("Forwarder", forwarder),
                .. _files.Settings(TlsPort),
                .. settings,
            ]);
    }

    public RawUpstream Service { get; }

    public Uri Address => _loadBalancer.Desktop;

    public Uri GatewayAddress => _gateway.Client.BaseAddress!;

    /// <summary>HTTP/2, or HTTP/1.1, over TLS.</summary>
    public int TlsPort { get; }

    public static WireChain Start(string forwarder, params KeyValuePair<string, string>[] settings) => new(forwarder, settings);

    /// <summary>The field lines that the service got of the one request that reached it.</summary>
    public string[] TakeReceived()
    {
        var request = Assert.Single(Service.Requests);
        Service.Requests.Clear();
        return request.Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[1..];
    }

    public async ValueTask DisposeAsync()
    {
        await _loadBalancer.DisposeAsync();
        await _gateway.DisposeAsync();
        await Service.DisposeAsync();
        _files.Dispose();
    }
}
