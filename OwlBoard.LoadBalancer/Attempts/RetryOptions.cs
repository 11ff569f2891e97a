using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>The retries of failed requests on other gateways. Section <c>LoadBalancer:Retry</c>.</summary>
internal sealed class RetryOptions
{
    /// <summary>
    /// The maximum number of gateways that a request is sent to. Default 2; 1 disables retries. A gateway to which no connection
    /// could be opened was sent nothing and does not count.
    /// </summary>
    [Range(1, 16)]
    public int Tries { get; set; } = 2;

    /// <summary>The time after the start of the request within which another attempt may begin. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The maximum size of a request body that is buffered for retries, in bytes. Default 64 KiB (65,536).</summary>
    [Range(0, 64 * 1024 * 1024)]
    public int BodyBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// The maximum ratio of retries to requests in the last 10 s. Default 0.2. Only retries after an attempt that sent something
    /// count.
    /// </summary>
    [Range(0.0, 1.0)]
    public double BudgetRatio { get; set; } = 0.2;

    /// <summary>The number of retries per second that are allowed regardless of the ratio. Default 3.</summary>
    [Range(0, 100_000)]
    public int BudgetMinimumPerSecond { get; set; } = 3;
}
