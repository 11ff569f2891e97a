namespace OwlBoard.Gateway;

/// <summary>
/// When requests of a route are refused for a while. Failures are connect errors, connections lost before the response, and
/// time-outs; a status is none. Section <c>Gateway:Breaker</c>; each route is judged by itself.
/// </summary>
internal sealed class BreakerOptions
{
    /// <summary>
    /// The share of failed requests at which the breaker opens. Default 0.8: one dead replica of two is no reason, its
    /// service still answers.
    /// </summary>
    public double FailureRatio { get; set; } = 0.8;

    /// <summary>The requests within the window below which nothing is concluded. Default 5.</summary>
    public int MinimumRequests { get; set; } = 5;

    /// <summary>The window over which requests are counted. Default 10 s.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for which a route's requests are refused before one request probes it. Default 5 s.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);
}
