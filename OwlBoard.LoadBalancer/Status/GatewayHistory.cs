using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>The recent traffic and states of a gateway, sampled from its counters. Not thread-safe.</summary>
internal sealed class GatewayHistory(Gateway gateway)
{
    /// <summary>The latency counts at the ends of the last steps: one minute and the step before it.</summary>
    private readonly Ring<int[]> _latencies = new(TrafficHistory.StepsPerMinute + 1);

    private readonly Ring<TrafficStep> _steps = new(TrafficHistory.Steps);
    private readonly Ring<GatewayState> _states = new(TrafficHistory.Steps);
    private long _requests;
    private long _failures;

    /// <summary>The steps, oldest first.</summary>
    public IReadOnlyList<TrafficStep> Steps => _steps;

    /// <summary>The gateway's state at the end of each step.</summary>
    public IReadOnlyList<GatewayState> States => _states;

    /// <summary>Adds the traffic since the last sample.</summary>
    /// <param name="seconds">The length of the step.</param>
    /// <param name="latencies">The latency counts of all gateways in this step; this gateway's counts are added.</param>
    /// <returns>The number of attempts in this step.</returns>
    public long Sample(double seconds, Span<int> latencies)
    {
        var statistics = gateway.Statistics;
        var requests = statistics.Requests - _requests;
        var failures = statistics.Failures - _failures;
        _requests += requests;
        _failures += failures;

        var counts = new int[LatencyHistogram.Buckets];
        statistics.Latency.CopyTo(counts);
        Span<int> step = stackalloc int[LatencyHistogram.Buckets];
        Subtract(counts, _latencies.Count > 0 ? _latencies[^1] : default, step);
        _latencies.Add(counts);
        for (var i = 0; i < step.Length; i++)
        {
            latencies[i] += step[i];
        }

        _steps.Add(new TrafficStep(requests / seconds, failures / seconds, gateway.Active, Milliseconds(step, 0.5), Milliseconds(step, 0.99)));
        _states.Add(gateway.Condition.State);
        return requests;
    }

    /// <summary>Copies the latency counts of the last minute, up to now.</summary>
    public void ReadLastMinute(Span<int> latencies)
    {
        Span<int> now = stackalloc int[LatencyHistogram.Buckets];
        gateway.Statistics.Latency.CopyTo(now);
        Subtract(now, _latencies.IsFull ? _latencies[0] : default, latencies);
    }

    /// <summary>Returns a quantile in milliseconds.</summary>
    public static double? Milliseconds(ReadOnlySpan<int> counts, double part) =>
        LatencyHistogram.Quantile(counts, part) is { } quantile ? Math.Round(quantile.TotalMilliseconds, 3) : null;

    /// <param name="after">The counts at the end of a period.</param>
    /// <param name="before">The counts at the start of the period; empty if there are none.</param>
    /// <param name="difference">The counts of the period.</param>
    private static void Subtract(ReadOnlySpan<int> after, ReadOnlySpan<int> before, Span<int> difference)
    {
        for (var i = 0; i < difference.Length; i++)
        {
            difference[i] = after[i] - (before.IsEmpty ? 0 : before[i]);
        }
    }
}
