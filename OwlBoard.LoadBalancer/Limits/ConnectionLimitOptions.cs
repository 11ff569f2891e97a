using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The limit of the concurrent requests of one client. Section <c>LoadBalancer:ConnectionLimit</c>.</summary>
internal sealed class ConnectionLimitOptions
{
    /// <summary>
    /// The maximum number of concurrent requests of one client (an IPv4 address or an IPv6 /64), as nginx's
    /// <c>limit_conn</c>. A WebSocket counts while it is open. Default 0: no limit.
    /// </summary>
    [Range(0, 1_000_000)]
    public int PerClient { get; set; }
}
