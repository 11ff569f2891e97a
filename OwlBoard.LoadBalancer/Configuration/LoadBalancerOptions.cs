using System.ComponentModel.DataAnnotations;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.ConnectionLimiting;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.RateLimiting;
using OwlBoard.LoadBalancer.Retry;
using OwlBoard.LoadBalancer.Stickiness;
using OwlBoard.LoadBalancer.Tls;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>The load balancer's settings. Section <c>LoadBalancer</c>.</summary>
public sealed class LoadBalancerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "LoadBalancer";

    internal const string ZonePattern = "[A-Za-z0-9._-]{1,64}";
    internal const string ZoneDemand = "a zone's name: 1 to 64 letters, digits, dots, hyphens and underscores";

    /// <summary>
    /// The gateways that share the load, each an address or an object with <c>Address</c>, <c>Name</c>, <c>Weight</c>,
    /// <c>Zone</c>.
    /// Default: the logical name <c>http://gateway</c>.
    /// </summary>
    public IReadOnlyList<GatewayOptions> Gateways { get; internal set; } = [];

    /// <summary>The address that the listeners bind to: <c>*</c> (all, the default), <c>localhost</c>, or an IP address.</summary>
    [Required]
    public string Address { get; set; } = "*";

    /// <summary>The port of the desktop listener. Default 8000; 0 lets the system choose.</summary>
    [Range(0, 65535)]
    public int DesktopPort { get; set; } = 8000;

    /// <summary>The port of the mobile listener. Default 9000; 0 lets the system choose.</summary>
    [Range(0, 65535)]
    public int MobilePort { get; set; } = 9000;

    /// <summary>
    /// The port for the status page, <c>/metrics</c>, the detailed status and draining gateways; never published.
    /// Default 9100; 0 lets the system choose.
    /// </summary>
    [Range(0, 65535)]
    public int ManagementPort { get; set; } = 9100;

    /// <summary>The address that the management port binds to. Default <c>localhost</c>; <c>*</c> for all.</summary>
    [Required]
    public string ManagementAddress { get; set; } = "localhost";

    /// <summary>
    /// Host names and IP addresses, without port, that requests to the management port may have in their <c>Host</c> field
    /// beside loopback names and the address that they were sent to. Any other host is refused with 403: a web page of
    /// that name could reach the port through the browser of someone who can (DNS rebinding). Default: none.
    /// </summary>
    public IList<string> ManagementHosts { get; } = [];

    /// <summary>
    /// The secret that <c>POST /gateways/…</c> on the management port asks for as <c>Authorization: Bearer</c>, at least
    /// 16 characters. Default: none, and gateways cannot be drained by hand.
    /// </summary>
    [MinLength(16)]
    public string? ManagementToken { get; set; }

    /// <summary>HTTPS listeners beside the plain ones.</summary>
    public TlsOptions Tls { get; } = new();

    /// <summary>
    /// Who gets the next request: <c>least_conn</c> (the default), <c>round_robin</c>, <c>p2c</c> or
    /// <c>consistent_hash</c>; see <see cref="Algorithms"/>.
    /// </summary>
    [Required]
    public string Algorithm { get; set; } = Algorithms.LeastConnections;

    /// <summary>What <c>consistent_hash</c> hashes.</summary>
    public ConsistentHashOptions ConsistentHash { get; } = new();

    /// <summary>
    /// The zone that the load balancer itself is in: gateways of the same zone are preferred while enough of them are
    /// healthy. Default: none, and zones do not matter.
    /// </summary>
    [RegularExpression(ZonePattern, ErrorMessage = ZoneDemand)]
    public string? Zone { get; set; }

    /// <summary>Sending a client to the same gateway again.</summary>
    public StickinessOptions Stickiness { get; } = new();

    /// <summary>
    /// How long a gateway that comes back takes to get its full share. Default 10 s; zero gives it at once.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SlowStart { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Networks of trusted proxies in CIDR notation: their <c>X-Forwarded-For</c>, <c>-Proto</c>, <c>-Host</c> and
    /// <c>-Port</c> are used instead of the connection's own. Default: none.
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>What requests themselves tell of a gateway's health.</summary>
    public PassiveHealthOptions PassiveHealth { get; } = new();

    /// <summary>Probing the gateways.</summary>
    public ActiveHealthOptions ActiveHealth { get; } = new();

    /// <summary>Passing a failed request to another gateway.</summary>
    public RetryOptions Retry { get; } = new();

    /// <summary>How long each step of a request may take.</summary>
    public TimeoutOptions Timeouts { get; } = new();

    /// <summary>
    /// Who carries requests to the gateways: <c>sockets</c> (the default), which is the faster one, or <c>yarp</c>, which is
    /// YARP's own over HttpClient.
    /// </summary>
    [AllowedValues(Forwarders.Sockets, Forwarders.Yarp)]
    public string Forwarder { get; set; } = Forwarders.Sockets;

    /// <summary>The keep-alive connections to the gateways.</summary>
    public ConnectionPoolOptions ConnectionPool { get; } = new();

    /// <summary>How many requests a client may send.</summary>
    public RateLimitOptions RateLimit { get; } = new();

    /// <summary>How many requests of a client are served at the same time.</summary>
    public ConnectionLimitOptions ConnectionLimit { get; } = new();

    /// <summary>How large a request may be, and how many connections there may be.</summary>
    public LimitOptions Limits { get; } = new();

    /// <summary>The line that each request leaves behind.</summary>
    public AccessLogOptions AccessLog { get; } = new();
}
