namespace OwlBoard.Benchmarks.Load;

/// <summary>The results of a load, as measured by the client.</summary>
/// <param name="Requests">The number of requests (or messages) with the expected response.</param>
/// <param name="Errors">The number of other requests.</param>
/// <param name="Elapsed">The duration.</param>
/// <param name="P50">The median of the latency, in milliseconds.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="P999">The 99.9th percentile.</param>
internal readonly record struct LoadResult(long Requests, long Errors, TimeSpan Elapsed, double P50, double P95, double P99, double P999)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;
}
