using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// Options of the health derived from requests, as nginx's <c>max_fails</c> and <c>fail_timeout</c>, but a 502, 503 or
/// 504 counts for every method. Section <c>LoadBalancer:PassiveHealth</c>.
/// </summary>
internal sealed class PassiveHealthOptions
{
    /// <summary>
    /// The number of failures within <see cref="Window"/> that ejects a gateway. Default 3; 0 disables ejection.
    /// </summary>
    [Range(0, 1000)]
    public int MaxFails { get; set; } = 3;

    /// <summary>The window in which failures are counted. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time for which an ejected gateway gets no traffic. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan EjectionTime { get; set; } = TimeSpan.FromSeconds(30);
}
