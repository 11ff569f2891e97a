using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>The keep-alive connections to the gateways. Section <c>LoadBalancer:ConnectionPool</c>.</summary>
public sealed class ConnectionPoolOptions
{
    /// <summary>So many unused connections are kept to each gateway. Default 64, as nginx's <c>keepalive 64</c>.</summary>
    [Range(1, 10_000)]
    public int IdleConnections { get; set; } = 64;

    /// <summary>
    /// An unused connection is closed after this time. Default 60 s: below the 130 s after which Kestrel closes one, so
    /// that a request is not sent on a connection that is just being closed.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
