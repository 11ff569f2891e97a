using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.Gateway;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>A load balancer, a gateway behind it, and a service that records the bytes it receives.</summary>
internal sealed class WireChain : IAsyncDisposable
{
    /// <summary>A path that the gateway routes to the service.</summary>
    public const string Path = "/api/canvas/x";

    private readonly CertificateFolder _files = new();
    private readonly TestGateway _gateway;
    private readonly TestLoadBalancer _loadBalancer;

    private WireChain(KeyValuePair<string, string>[] settings)
    {
        Service = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        _gateway = TestGateway.Start(settings: [("Gateway:Services:canvas", Service.Address)]);
        TlsPort = FreePort.Next();
        _files.Write(CertificateFolder.Issue("wire"));
        _loadBalancer = TestLoadBalancer.Start(
            [],
            [
                new("Gateways:0:Address", _gateway.Client.BaseAddress!.ToString()),
                new("Gateways:0:Name", "gw-1"),
                .. _files.Settings(TlsPort),
                .. settings,
            ]);
    }

    public RawUpstream Service { get; }

    public Uri Address => _loadBalancer.Desktop;

    public Uri GatewayAddress => _gateway.Client.BaseAddress!;

    /// <summary>The port for HTTP/2 or HTTP/1.1 over TLS.</summary>
    public int TlsPort { get; }

    /// <param name="settings">Settings of the load balancer, without their section.</param>
    public static WireChain Start(params KeyValuePair<string, string>[] settings) => new(settings);

    /// <summary>Returns the field lines of the one request that reached the service.</summary>
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
