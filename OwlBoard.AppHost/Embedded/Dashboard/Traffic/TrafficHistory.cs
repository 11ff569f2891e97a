namespace OwlBoard.AppHost.Embedded.Dashboard.Traffic;

/// <summary>The traffic of the last minutes, step by step.</summary>
/// <param name="Times">When each step ended, in seconds since 1970.</param>
/// <param name="Total">All requests.</param>
/// <param name="Retries">Requests passed on to another gateway, each second.</param>
/// <param name="RateLimited">Requests refused because their client was over its rate, each second.</param>
/// <param name="Gateways">Each gateway.</param>
internal sealed record TrafficHistory(
    IReadOnlyList<long> Times, GatewayHistory Total, IReadOnlyList<double> Retries, IReadOnlyList<double> RateLimited,
    IReadOnlyList<GatewayHistory> Gateways);
