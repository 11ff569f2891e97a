using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// The request rate limit per client. Section <c>LoadBalancer:RateLimit</c>. A client is an IPv4 address or an IPv6 /64.
/// <c>/health</c>, <c>/lb-status</c> and the management port are not limited. A changed limit starts with empty buckets.
/// </summary>
internal sealed class RateLimitOptions
{
    /// <summary>The sustained requests per second and client, as nginx's <c>rate</c>. Default 100; 0 disables the limit.</summary>
    [Range(0.0, 1_000_000.0)]
    public double RequestsPerSecond { get; set; } = 100;

    /// <summary>
    /// The number of requests by which a client may exceed the rate. They are forwarded without delay, as with nginx's
    /// <c>burst</c> and <c>nodelay</c>. Default 20: with the default rate, 21 requests pass at once, then one every 10 ms.
    /// </summary>
    [Range(0, 1_000_000)]
    public int Burst { get; set; } = 20;

    /// <summary>
    /// The maximum number of clients with a bucket that is not empty, for each limit. Beyond that, the emptiest buckets are
    /// evicted. Default 1,000,000, which takes 32 MiB if all are in use.
    /// </summary>
    [Range(1_000, 100_000_000)]
    public int Clients { get; set; } = 1_000_000;

    /// <summary>The paths with separate limits. Default: none.</summary>
    public IList<RateLimitRouteOptions> Routes { get; } = [];
}
