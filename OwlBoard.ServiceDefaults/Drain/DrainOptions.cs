using System.ComponentModel.DataAnnotations;

namespace OwlBoard.ServiceDefaults.Drain;

/// <summary>How a program stops. Section <c>Drain</c>.</summary>
public sealed class DrainOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Drain";

    /// <summary>
    /// How long requests are still accepted after SIGTERM while <c>/health</c> answers 503, so that whoever balances
    /// load over this program notices. Default 5 s: twice the load balancer's probe interval, and one to spare.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Drain:Period must be between 00:00:00 and 00:10:00.")]
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long requests in flight may take to finish after that. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Drain:Timeout must be between 00:00:00 and 01:00:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
