using System.ComponentModel.DataAnnotations;
using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Gateway.Configuration;

/// <summary>The settings of a gateway. Section <c>Gateway</c>.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>The element of <see cref="AllowedOrigins"/> that stands for all origins.</summary>
    public const string AnyOrigin = "*";

    /// <summary>The name sent in <c>X-Gateway</c>. Default: <c>OTEL_SERVICE_NAME</c>, else <c>api-gateway</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The addresses of the services.</summary>
    public ServiceAddresses Services { get; set; } = new();

    /// <summary>
    /// The origins that browsers may send requests from, as scheme, host and port; <c>*</c> for all. Default: the two frontends,
    /// <c>http://localhost:3002</c> and <c>http://localhost:3001</c>. A WebSocket or an unsafe request from another origin is
    /// refused with 403, unless the request was sent to that origin.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>A value that indicates whether browsers may send cookies and credentials. Default false.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>
    /// The connect timeout. Default 0.8 s, so that an unresponsive service is reported within a second. The TLS handshake may
    /// take 10 s more.
    /// </summary>
    [AllowedDuration("Gateway:ConnectTimeout", "00:00:00.0100000", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>
    /// The maximum time without a byte of the response or of the request body. Default 30 s, below the load balancer's 60 s,
    /// so that the gateway can still report which service timed out.
    /// </summary>
    [AllowedDuration("Gateway:ServiceTimeout", "00:00:00.1000000", "00:10:00")]
    public TimeSpan ServiceTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The timeouts of single services (<c>users</c>, <c>canvas</c>, <c>comments</c>, <c>chat</c>), which override
    /// <see cref="ServiceTimeout"/>.
    /// </summary>
    public IDictionary<string, TimeSpan> ServiceTimeouts { get; } =
        new Dictionary<string, TimeSpan>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The maximum time for which the load balancer may accept no byte of a response. Default 10 min, far above the 60 s that
    /// the load balancer allows a client: it reads 64 KiB at a time and waits while a slow client reads them.
    /// </summary>
    [AllowedDuration("Gateway:ClientSendTimeout", "00:00:00.1000000", "1.00:00:00")]
    public TimeSpan ClientSendTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The settings of the circuit breakers.</summary>
    public BreakerOptions Breaker { get; set; } = new();
}
