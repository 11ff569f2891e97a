using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>The status as JSON, for the management port. Durations are in milliseconds.</summary>
/// <param name="Now">The load balancer's clock.</param>
/// <param name="Algorithm">The algorithm that picks gateways.</param>
/// <param name="Draining">Whether the load balancer is shutting down.</param>
/// <param name="CanDrain">Whether gateways can be drained by hand: a management token is configured.</param>
/// <param name="IsProbing">Whether gateways are probed.</param>
/// <param name="ActiveBackends">The number of gateways in rotation.</param>
/// <param name="StartedAt">The start of the process.</param>
/// <param name="AccessLogDropped">Access log lines that were dropped.</param>
/// <param name="Gateways">All gateways.</param>
internal sealed record DetailedStatus(
    DateTimeOffset Now,
    string Algorithm,
    bool Draining,
    bool CanDrain,
    bool IsProbing,
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
        string? Zone,
        int ActiveRequests,
        long Requests,
        long Failures,
        GatewayFailure? LastFailure,
        ProbeResult? LastProbe,
        LatencyStatus LatencyLastMinute)
    {
        public static GatewayStatus Of(Gateway gateway, LatencyStatus latency)
        {
            var condition = gateway.Condition;
            var statistics = gateway.Statistics;
            return new GatewayStatus(
                gateway.Name,
                gateway.Address,
                condition.State.Name(),
                condition.Reason,
                condition.Since,
                gateway.Weight,
                gateway.Zone,
                gateway.Active,
                statistics.Requests,
                statistics.Failures,
                statistics.LastFailure,
                condition.LastProbe,
                latency);
        }
    }

    /// <summary>Quantiles of the durations of attempts; <see langword="null"/> without any.</summary>
    public sealed record LatencyStatus(double? P50, double? P95, double? P99);
}
