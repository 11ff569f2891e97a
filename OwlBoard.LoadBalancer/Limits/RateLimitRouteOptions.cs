using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// The rate limit of a path and all paths below it, counted separately from other requests. Section
/// <c>LoadBalancer:RateLimit:Routes</c>. If several match, the longest path applies.
/// </summary>
internal sealed class RateLimitRouteOptions
{
    /// <summary>The path. <c>/api/chat</c> matches <c>/api/chat/rooms</c> but not <c>/api/chats</c>.</summary>
    public string Path { get; set; } = "";

    /// <summary>The sustained rate per client, in requests per second. Default: that of other paths; 0 disables the limit.</summary>
    [Range(0.0, 1_000_000.0)]
    public double? RequestsPerSecond { get; set; }

    /// <summary>The number of requests by which a client may exceed the rate. Default: that of other paths.</summary>
    [Range(0, 1_000_000)]
    public int? Burst { get; set; }
}
