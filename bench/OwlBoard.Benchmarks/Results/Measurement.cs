using System.Globalization;
using OwlBoard.Benchmarks.Load;

namespace OwlBoard.Benchmarks.Results;

/// <summary>The measurement of one peer in one round.</summary>
/// <param name="Peer">The peer's name.</param>
/// <param name="Round">The round.</param>
/// <param name="Load">The results of the client.</param>
/// <param name="Cpu">The processor time of the peer.</param>
/// <param name="ResidentBytes">The resident memory at the end.</param>
/// <param name="PeakBytes">The peak of the resident memory.</param>
internal sealed record Measurement(string Peer, int Round, LoadResult Load, TimeSpan Cpu, long ResidentBytes, long PeakBytes)
{
    /// <summary>The processor time per request, in microseconds.</summary>
    public double CpuPerRequest => Cpu.TotalMicroseconds / Load.Requests;

    /// <summary>The share of its processor that the peer used. If it is below 1, the load was the limit, not the peer.</summary>
    public double Busy => Cpu / Load.Elapsed;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Peer,-14} {Load.PerSecond,9:N0}/s {CpuPerRequest,8:0.0} us CPU, p50 {Load.P50:0.000} ms, p95 {Load.P95:0.000} ms, p99 {Load.P99:0.000} ms, {Load.Errors} errors");
}
