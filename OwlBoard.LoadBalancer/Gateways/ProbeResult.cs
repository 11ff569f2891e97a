namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>What one probe saw.</summary>
/// <param name="At">When its answer came or was given up.</param>
/// <param name="Result">What came of it, for people.</param>
internal sealed record ProbeResult(DateTimeOffset At, string Result);
