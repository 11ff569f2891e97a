using System.ComponentModel.DataAnnotations;

namespace OwlBoard.ServiceDefaults.Drain;

/// <summary>The settings of a graceful stop. Section <c>Drain</c>.</summary>
internal sealed class DrainOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Drain";

    /// <summary>
    /// The time after SIGTERM for which requests are still accepted while <c>/health</c> returns 503, so that load balancers
    /// notice. Default 5 s: two probe intervals of the load balancer, and one second more.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Drain:Period must be between 00:00:00 and 00:10:00.")]
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The time that requests in flight have to complete after <see cref="Period"/>. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Drain:Timeout must be between 00:00:00 and 01:00:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
