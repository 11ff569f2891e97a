using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>The status as JSON, for the management port. Durations are in milliseconds.</summary>
internal sealed record DetailedStatus(
    string Algorithm,
    bool Draining,
    int ActiveBackends,
    DateTimeOffset StartedAt,
    long AccessLogDropped,
    IReadOnlyList<DetailedStatus.GatewayStatus> Gateways)
{
    /// <summary>One gateway.</summary>
    public sealed record GatewayStatus(
        string Name,
        string Address,
        string State,
        string Reason,
        DateTimeOffset? Since,
        double Weight,
        int ActiveRequests,
        long Requests,
        long Failures,
        GatewayFailure? LastFailure,
        ProbeResult? LastProbe,
        LatencyStatus LatencyLastMinute)
    {
        public static GatewayStatus Of(Gateway gateway)
        {
            var condition = gateway.Condition;
            var statistics = gateway.Statistics;
            return new GatewayStatus(
                gateway.Name,
                gateway.Address,
                condition.State.ToString().ToLowerInvariant(),
                condition.Reason,
                condition.Since,
                gateway.Weight,
                gateway.Active,
                statistics.Requests,
                statistics.Failures,
                statistics.LastFailure,
                condition.LastProbe,
                LatencyStatus.Of(statistics.Latency));
        }
    }

    /// <summary>Quantiles of the duration of tries; <see langword="null"/> where there was none.</summary>
    public sealed record LatencyStatus(double? P50, double? P95, double? P99)
    {
        public static LatencyStatus Of(LatencyWindow window) =>
            window.Quantiles(0.5, 0.95, 0.99) is [var p50, var p95, var p99]
                ? new LatencyStatus(p50?.TotalMilliseconds, p95?.TotalMilliseconds, p99?.TotalMilliseconds)
                : new LatencyStatus(null, null, null);
    }
}
