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

/// <summary>The load balancer's options. Section <c>LoadBalancer</c>.</summary>
internal sealed class LoadBalancerOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "LoadBalancer";

    /// <summary>
    /// The gateways, each an address or an object with <c>Address</c>, <c>Name</c>, <c>Weight</c> and <c>Zone</c>.
    /// Default: the logical name <c>http://gateway</c>.
    /// </summary>
    public IReadOnlyList<GatewayDestinationOptions> Gateways { get; internal set; } = [];

    /// <summary>The address that the listeners bind to: <c>*</c> (all, the default), <c>localhost</c>, or an IP address.</summary>
    [Required]
    public string Address { get; set; } = "*";

    /// <summary>The port of the desktop listener. Default 8000; 0 selects a free port.</summary>
    [Range(0, 65535)]
    public int DesktopPort { get; set; } = 8000;

    /// <summary>The port of the mobile listener. Default 9000; 0 selects a free port.</summary>
    [Range(0, 65535)]
    public int MobilePort { get; set; } = 9000;

    /// <summary>The load-balancing options. Bound from the keys of this section itself.</summary>
    internal BalancingOptions Balancing { get; } = new();

    /// <summary>The management port. Bound from the keys of this section itself.</summary>
    internal ManagementOptions Management { get; } = new();

    /// <summary>The trusted proxies. Bound from the keys of this section itself.</summary>
    internal TrustedProxyOptions Proxies { get; } = new();

    /// <summary>The HTTPS listeners, in addition to the HTTP listeners.</summary>
    public TlsOptions Tls { get; } = new();

    /// <summary>The affinity of clients to gateways.</summary>
    public StickinessOptions Stickiness { get; } = new();

    /// <summary>The passive health checks, based on the outcomes of requests.</summary>
    public PassiveHealthOptions PassiveHealth { get; } = new();

    /// <summary>The active health checks, based on probes.</summary>
    public ActiveHealthOptions ActiveHealth { get; } = new();

    /// <summary>The retries of failed requests on other gateways.</summary>
    public RetryOptions Retry { get; } = new();

    /// <summary>The timeouts of the steps of a request.</summary>
    public TimeoutOptions Timeouts { get; } = new();

    /// <summary>The keep-alive connections to the gateways.</summary>
    public ConnectionPoolOptions ConnectionPool { get; } = new();

    /// <summary>The request rate limit per client.</summary>
    public RateLimitOptions RateLimit { get; } = new();

    /// <summary>The limit of the concurrent requests of one client.</summary>
    public ConnectionLimitOptions ConnectionLimit { get; } = new();

    /// <summary>The limits of requests and connections.</summary>
    public LimitOptions Limits { get; } = new();

    /// <summary>The access log.</summary>
    public AccessLogOptions AccessLog { get; } = new();
}
