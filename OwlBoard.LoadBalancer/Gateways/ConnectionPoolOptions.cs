using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>Options of the pool of keep-alive connections to the gateways. Section <c>LoadBalancer:ConnectionPool</c>.</summary>
internal sealed class ConnectionPoolOptions
{
    /// <summary>
    /// The maximum number of idle connections pooled for each gateway. Default 64, as nginx's <c>keepalive 64</c>.
    /// </summary>
    [Range(1, 10_000)]
    public int IdleConnections { get; set; } = 64;

    /// <summary>
    /// The time after which an idle connection is closed. Default 60 s: below Kestrel's 130 s, so that a request is not
    /// sent on a connection that the gateway is closing.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
