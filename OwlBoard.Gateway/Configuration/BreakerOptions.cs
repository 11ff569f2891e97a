namespace OwlBoard.Gateway.Configuration;

/// <summary>
/// The settings of the circuit breakers, one per route. Connect errors, connections lost before the response and timeouts
/// count as failures; response statuses do not. Section <c>Gateway:Breaker</c>.
/// </summary>
internal sealed class BreakerOptions
{
    /// <summary>
    /// The ratio of failed requests at which the breaker opens. Default 0.8, so that one dead replica of two does not open
    /// it while the service still responds.
    /// </summary>
    public double FailureRatio { get; set; } = 0.8;

    /// <summary>The minimum number of requests within the window before the breaker can open. Default 5.</summary>
    public int MinimumRequests { get; set; } = 5;

    /// <summary>The sampling window. Default 10 s.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for which an open breaker refuses requests before it lets one through as a probe. Default 5 s.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);
}
