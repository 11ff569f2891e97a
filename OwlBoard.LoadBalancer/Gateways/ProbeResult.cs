namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>The result of one probe.</summary>
/// <param name="At">The time at which the probe completed or failed.</param>
/// <param name="Result">The result in a readable form.</param>
internal sealed record ProbeResult(DateTimeOffset At, string Result);
