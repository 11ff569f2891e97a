using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>Options for the resolution of destinations. Section <c>Discovery</c>.</summary>
internal sealed class DiscoveryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Discovery";

    /// <summary>
    /// Gets or sets the time after which a name is looked up again. Default: 10 s, so that a new replica in a cluster
    /// receives traffic within that time.
    /// </summary>
    [AllowedDuration("Discovery:RefreshPeriod", "00:00:01", "01:00:00")]
    public TimeSpan RefreshPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets the delay after a failed lookup. It doubles after each failure, up to <see cref="RefreshPeriod"/>; only
    /// once while an address has no known endpoint. Default: 0.5 s.
    /// </summary>
    [AllowedDuration("Discovery:RetryDelay", "00:00:00.0100000", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets the timeout of a lookup. Default: 3 s.</summary>
    [AllowedDuration("Discovery:Timeout", "00:00:00.1000000", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
}
