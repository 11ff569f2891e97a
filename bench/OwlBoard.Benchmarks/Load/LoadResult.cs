namespace OwlBoard.Benchmarks.Load;

/// <summary>What the client saw.</summary>
/// <param name="Requests">Requests (or messages) that were answered as they should be.</param>
/// <param name="Errors">Those that were not.</param>
/// <param name="Elapsed">How long that took.</param>
/// <param name="P50">The latency that half of them had at most, in milliseconds.</param>
/// <param name="P95">The same for 95 %.</param>
/// <param name="P99">The same for 99 %.</param>
/// <param name="P999">The same for 99.9 %.</param>
internal readonly record struct LoadResult(long Requests, long Errors, TimeSpan Elapsed, double P50, double P95, double P99, double P999)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;
}
