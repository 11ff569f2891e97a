namespace OwlBoard.AppHost.Embedded.Dashboard.Traffic;

/// <summary>The traffic of the last seconds.</summary>
internal sealed record TrafficSnapshot(
    GatewayTraffic Total, double RetriesPerSecond, double RateLimitedPerSecond,
    IReadOnlyList<GatewayTraffic> Gateways, IReadOnlyList<EdgeTraffic> Edges);
