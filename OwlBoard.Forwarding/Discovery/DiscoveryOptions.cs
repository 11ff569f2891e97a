using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>How a proxy follows the addresses of its destinations. Section <c>Discovery</c>.</summary>
public sealed class DiscoveryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Discovery";

    /// <summary>
    /// How long an answer is used before the name is looked up again. Default 10 s, so that a replica that a cluster
    /// adds takes its share within that time.
    /// </summary>
    [AllowedDuration("Discovery:RefreshPeriod", "00:00:01", "01:00:00")]
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How soon a look-up that failed is tried again; doubled after each failure, up to <see cref="RefreshPeriod"/>;
    /// only once while no endpoint is known at all. Default 0.5 s.
    /// </summary>
    [AllowedDuration("Discovery:RetryDelay", "00:00:00.0100000", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long one look-up may take. Default 3 s.</summary>
    [AllowedDuration("Discovery:Timeout", "00:00:00.1000000", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
}
