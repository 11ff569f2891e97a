namespace OwlBoard.LoadBalancer.Status;

/// <summary>The traffic between two samples.</summary>
/// <param name="RequestsPerSecond">Requests per second.</param>
/// <param name="ErrorsPerSecond">Errors per second.</param>
/// <param name="Active">Requests in flight at the end, open WebSockets included.</param>
/// <param name="P50">The median of the durations in milliseconds; <see langword="null"/> if there are no requests.</param>
/// <param name="P99">The 99th percentile of the durations in milliseconds.</param>
internal readonly record struct TrafficStep(double RequestsPerSecond, double ErrorsPerSecond, int Active, double? P50, double? P99);
