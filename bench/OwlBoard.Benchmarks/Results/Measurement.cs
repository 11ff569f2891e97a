using System.Globalization;
using OwlBoard.Benchmarks.Load;

namespace OwlBoard.Benchmarks.Results;

/// <summary>One peer, one round.</summary>
/// <param name="Peer">The peer's name.</param>
/// <param name="Round">The round.</param>
/// <param name="Load">What the client saw.</param>
/// <param name="Cpu">The processor time that the peer took for it.</param>
/// <param name="ResidentBytes">Its memory at the end.</param>
/// <param name="PeakBytes">The most that it was meanwhile.</param>
internal sealed record Measurement(string Peer, int Round, LoadResult Load, TimeSpan Cpu, long ResidentBytes, long PeakBytes)
{
    /// <summary>In microseconds, which is also milliseconds for 1,000 requests.</summary>
    public double CpuPerRequest => Cpu.TotalMicroseconds / Load.Requests;

    /// <summary>The share of its processor that the peer used. Below 1 the load was the limit, not the peer.</summary>
    public double Busy => Cpu / Load.Elapsed;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Peer,-14} {Load.PerSecond,9:N0}/s {CpuPerRequest,8:0.0} us CPU, p50 {Load.P50:0.000} ms, p95 {Load.P95:0.000} ms, p99 {Load.P99:0.000} ms, {Load.Errors} errors");
}
