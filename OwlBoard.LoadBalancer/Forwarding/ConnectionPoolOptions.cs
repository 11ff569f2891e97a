using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>The keep-alive connections to the gateways. Section <c>LoadBalancer:ConnectionPool</c>.</summary>
public sealed class ConnectionPoolOptions
{
    /// <summary>
    /// An unused connection is closed after this time. Default 60 s: below the 130 s after which Kestrel closes one, so
    /// that a request is not sent on a connection that is just being closed.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
