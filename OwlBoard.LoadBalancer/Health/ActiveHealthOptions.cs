using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>Probing the gateways. Section <c>LoadBalancer:ActiveHealth</c>.</summary>
public sealed class ActiveHealthOptions
{
    /// <summary>Whether gateways are probed. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>What is asked for. Default <c>/health</c>; a gateway that answers 404 has no such page and is alive.</summary>
    [Required]
    [RegularExpression("/.*", ErrorMessage = "a path that starts with /")]
    public string Path { get; set; } = "/health";

    /// <summary>The time from one probe's start to the next one's. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a probe's answer may take. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>So many probes missed in a row take a gateway out. Default 2. (An answer of 503 does at once.)</summary>
    [Range(1, 100)]
    public int Misses { get; set; } = 2;

    /// <summary>So many probes answered in a row bring it back. Default 1.</summary>
    [Range(1, 100)]
    public int Successes { get; set; } = 1;

    /// <summary>
    /// Flap damping: each time a gateway came back within this time doubles the number of probes that it has to answer
    /// to come back once more, up to 16 times <see cref="Successes"/>. Default 60 s; zero switches it off.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FlapWindow { get; set; } = TimeSpan.FromSeconds(60);
}
