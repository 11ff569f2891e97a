using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>Passing a failed request to another gateway. Section <c>LoadBalancer:Retry</c>.</summary>
public sealed class RetryOptions
{
    /// <summary>
    /// The number of gateways that one request may be sent to. Default 2; with 1 it is sent once. A gateway to which no
    /// connection could be opened was sent nothing and does not count.
    /// </summary>
    [Range(1, 16)]
    public int Tries { get; set; } = 2;

    /// <summary>No further try begins after this time since the request came. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Request bodies up to so many bytes are kept for a second try. Default 64 KiB (65,536).</summary>
    [Range(0, 64 * 1024 * 1024)]
    public int BodyBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// The retries allowed as a part of the requests of the last 10 s. Default 0.2. Only a retry that sends the request
    /// again counts.
    /// </summary>
    [Range(0.0, 1.0)]
    public double BudgetRatio { get; set; } = 0.2;

    /// <summary>So many retries per second are allowed whatever the ratio says. Default 3.</summary>
    [Range(0, 100_000)]
    public int BudgetMinimumPerSecond { get; set; } = 3;
}
