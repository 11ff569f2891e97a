using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>The JSON status on the management port. Durations are in milliseconds.</summary>
/// <param name="Now">The current time of the load balancer.</param>
/// <param name="Algorithm">The load-balancing algorithm.</param>
/// <param name="Draining">A value that indicates whether the load balancer is shutting down.</param>
/// <param name="CanDrain">A value that indicates whether a management token is configured to drain gateways.</param>
/// <param name="IsProbing">A value that indicates whether gateways are probed.</param>
/// <param name="ActiveBackends">The number of gateways in rotation.</param>
/// <param name="StartedAt">The start time of the process.</param>
/// <param name="AccessLogDropped">The number of dropped access log lines.</param>
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
    /// <summary>The status of a gateway.</summary>
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

    /// <summary>The quantiles of the durations of attempts; <see langword="null"/> if there are no attempts.</summary>
    public sealed record LatencyStatus(double? P50, double? P95, double? P99);
}
