using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>How many requests of a client are served at the same time. Section <c>LoadBalancer:ConnectionLimit</c>.</summary>
public sealed class ConnectionLimitOptions
{
    /// <summary>
    /// Requests of one client (an IPv4 address or an IPv6 /64) at the same time, as nginx's <c>limit_conn</c>; a WebSocket
    /// counts while it is open. Default 0: no limit.
    /// </summary>
    [Range(0, 1_000_000)]
    public int PerClient { get; set; }
}
