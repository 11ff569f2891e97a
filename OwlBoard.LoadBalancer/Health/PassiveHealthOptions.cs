using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// What requests themselves tell of a gateway's health, as nginx's <c>max_fails</c> and <c>fail_timeout</c> do, but a
/// 502, 503 or 504 counts whatever the method. Section <c>LoadBalancer:PassiveHealth</c>.
/// </summary>
public sealed class PassiveHealthOptions
{
    /// <summary>So many failures within <see cref="Window"/> take a gateway out. Default 3; 0 switches this off.</summary>
    [Range(0, 1000)]
    public int MaxFails { get; set; } = 3;

    /// <summary>The time in which failures are counted together. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the gateway then gets no traffic. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan EjectionTime { get; set; } = TimeSpan.FromSeconds(30);
}
