using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>Options of load balancing. Keys of the section <c>LoadBalancer</c> itself.</summary>
internal sealed class BalancingOptions
{
    internal const string ZonePattern = "[A-Za-z0-9._-]{1,64}";
    internal const string ZoneRequirement = "a zone's name: 1 to 64 letters, digits, dots, hyphens and underscores";

    /// <summary>
    /// The load-balancing algorithm: <c>least_conn</c> (the default), <c>round_robin</c>, <c>p2c</c> or
    /// <c>consistent_hash</c>; see <see cref="Algorithms"/>.
    /// </summary>
    [Required]
    public string Algorithm { get; set; } = Algorithms.LeastConnections;

    /// <summary>The options of <c>consistent_hash</c>.</summary>
    public ConsistentHashOptions ConsistentHash { get; } = new();

    /// <summary>
    /// The zone of the load balancer: gateways of the same zone are preferred while enough of them are healthy. Default:
    /// none; zones are ignored.
    /// </summary>
    [RegularExpression(ZonePattern, ErrorMessage = ZoneRequirement)]
    public string? Zone { get; set; }

    /// <summary>
    /// The time in which a returning gateway ramps up to its full share. Default 10 s; zero disables the slow start.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SlowStart { get; set; } = TimeSpan.FromSeconds(10);
}
