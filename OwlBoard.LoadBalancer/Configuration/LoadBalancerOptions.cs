using System.ComponentModel.DataAnnotations;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Affinity;
using OwlBoard.LoadBalancer.Attempts;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Management;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Tls;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>The load balancer's settings. Section <c>LoadBalancer</c>.</summary>
public sealed class LoadBalancerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "LoadBalancer";

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

    /// <summary>The choice of a gateway. Bound from the keys of this section itself.</summary>
    internal BalancingOptions Balancing { get; } = new();

    /// <summary>The management port. Bound from the keys of this section itself.</summary>
    internal ManagementOptions Management { get; } = new();

    /// <summary>The trusted proxies. Bound from the keys of this section itself.</summary>
    internal TrustedProxyOptions Proxies { get; } = new();

    /// <summary>HTTPS listeners beside the plain ones.</summary>
    public TlsOptions Tls { get; } = new();

    /// <summary>Sending a client to the same gateway again.</summary>
    public StickinessOptions Stickiness { get; } = new();

    /// <summary>What requests themselves tell of a gateway's health.</summary>
    public PassiveHealthOptions PassiveHealth { get; } = new();

    /// <summary>Probing the gateways.</summary>
    public ActiveHealthOptions ActiveHealth { get; } = new();

    /// <summary>Passing a failed request to another gateway.</summary>
    public RetryOptions Retry { get; } = new();

    /// <summary>How long each step of a request may take.</summary>
    public TimeoutOptions Timeouts { get; } = new();

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
