using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// The limit of a path and all below it, counted apart from the other requests. Section
/// <c>LoadBalancer:RateLimit:Routes</c>. Of several that match, the longest path decides.
/// </summary>
public sealed class RateLimitRouteOptions
{
    /// <summary>The path, as in <c>/api/chat</c>, which is also that of <c>/api/chat/rooms</c> but not of <c>/api/chats</c>.</summary>
    public string Path { get; set; } = "";

    /// <summary>Requests per second and client. Default: as elsewhere; 0 sets no limit on this path.</summary>
    [Range(0.0, 1_000_000.0)]
    public double? RequestsPerSecond { get; set; }

    /// <summary>Requests that a client may be ahead of that rate. Default: as elsewhere.</summary>
    [Range(0, 1_000_000)]
    public int? Burst { get; set; }
}
