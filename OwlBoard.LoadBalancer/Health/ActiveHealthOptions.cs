using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>Options of the health probes. Section <c>LoadBalancer:ActiveHealth</c>.</summary>
internal sealed class ActiveHealthOptions
{
    /// <summary>A value that indicates whether gateways are probed. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The path that a probe requests. Default <c>/health</c>. A gateway that responds with 404 is healthy.</summary>
    [Required]
    [RegularExpression("/.*", ErrorMessage = "a path that starts with /")]
    public string Path { get; set; } = "/health";

    /// <summary>The time between the starts of two probes of a gateway. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The time limit of a probe. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The number of consecutive failed probes that take a gateway out. Default 2. A response of 503 takes it out at once.
    /// </summary>
    [Range(1, 100)]
    public int Misses { get; set; } = 2;

    /// <summary>The number of consecutive successful probes that bring a gateway back. Default 1.</summary>
    [Range(1, 100)]
    public int Successes { get; set; } = 1;

    /// <summary>
    /// The window of the flap damping: each return of a gateway within this time doubles the number of successful probes
    /// that its next return requires, up to 16 times <see cref="Successes"/>. Default 60 s; zero disables the damping.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FlapWindow { get; set; } = TimeSpan.FromSeconds(60);
}
