using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// How many requests a client may send. Section <c>LoadBalancer:RateLimit</c>. A client is an IPv4 address or an IPv6
/// /64; <c>/health</c>, <c>/lb-status</c> and the management port are not limited. Changed limits begin with every client's
/// bucket empty.
/// </summary>
public sealed class RateLimitOptions
{
    /// <summary>Requests per second and client in the long run, as nginx's <c>rate</c>. Default 100; 0 switches the limit off.</summary>
    [Range(0.0, 1_000_000.0)]
    public double RequestsPerSecond { get; set; } = 100;

    /// <summary>
    /// Requests that a client may be ahead of that rate; they are passed on without delay, as with nginx's
    /// <c>burst</c> and <c>nodelay</c>. Default 20: 21 requests pass at once, then one each 10 ms.
    /// </summary>
    [Range(0, 1_000_000)]
    public int Burst { get; set; } = 20;

    /// <summary>
    /// Clients that are remembered at most while their bucket is not empty, for each limit that is set; beyond that the
    /// emptiest buckets are forgotten. Default 1,000,000, which takes 32 MiB when all of them are there.
    /// </summary>
    [Range(1_000, 100_000_000)]
    public int Clients { get; set; } = 1_000_000;

    /// <summary>Paths with limits of their own. Default: none.</summary>
    public IList<RateLimitRouteOptions> Routes { get; } = [];
}
