using System.ComponentModel.DataAnnotations;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Gateway;

/// <summary>What a gateway routes, and how. Section <c>Gateway</c>.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>The name in <c>X-Gateway</c>. Default: <c>OTEL_SERVICE_NAME</c>, else <c>api-gateway</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The services behind the routes.</summary>
    public ServiceAddresses Services { get; set; } = new();

    /// <summary>
    /// The origins that browsers may call from, as scheme, host and port; <c>*</c> for all. Default: the two frontends,
    /// <c>http://localhost:3002</c> and <c>http://localhost:3001</c>. A WebSocket or an unsafe request from any other origin
    /// is refused with 403, unless it is the origin that the request itself was sent to.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Whether browsers may send cookies and credentials along. Default false.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>
    /// How long a service may take to accept a connection. Default 0.8 s, so that one that does not answer at all is
    /// reported within a second. The TLS handshake on it has 10 s more.
    /// </summary>
    [AllowedDuration("Gateway:ConnectTimeout", "00:00:00.0100000", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>
    /// How long a service may go without a byte, of its response or of the request's body. Default 30 s: below the 60 s
    /// of the load balancer, so that the gateway can still say which service it was.
    /// </summary>
    [AllowedDuration("Gateway:ServiceTimeout", "00:00:00.1000000", "00:10:00")]
    public TimeSpan ServiceTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for one service (<c>users</c>, <c>canvas</c>, <c>comments</c>, <c>chat</c>), in place of <see cref="ServiceTimeout"/>.</summary>
    public IDictionary<string, TimeSpan> ServiceTimeouts { get; } =
        new Dictionary<string, TimeSpan>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// How long the load balancer may accept no byte of what is sent to it. Default 10 min, far above the 60 s that the load
    /// balancer gives a client: it receives a block of 64 KiB at a time and waits while a client takes that bit by bit.
    /// </summary>
    [AllowedDuration("Gateway:ClientSendTimeout", "00:00:00.1000000", "1.00:00:00")]
    public TimeSpan ClientSendTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Who carries requests to the services: <c>sockets</c> (the default), which is the faster one, or <c>yarp</c>, which is
    /// YARP's own over HttpClient.
    /// </summary>
    [AllowedValues(Forwarders.Sockets, Forwarders.Yarp, ErrorMessage = "Gateway:Forwarder must be sockets or yarp.")]
    public string Forwarder { get; set; } = Forwarders.Sockets;

    /// <summary>When requests of a route are refused for a while.</summary>
    public BreakerOptions Breaker { get; set; } = new();
}
