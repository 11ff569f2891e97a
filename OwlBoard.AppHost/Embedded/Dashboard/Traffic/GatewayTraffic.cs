namespace OwlBoard.AppHost.Embedded.Dashboard.Traffic;

/// <summary>What one gateway does, as the load balancer sees it.</summary>
/// <param name="Name">The gateway.</param>
/// <param name="RequestsPerSecond">Requests sent to it.</param>
/// <param name="ErrorsPerSecond">Those that failed or were answered with 5xx.</param>
/// <param name="P50">Seconds that half of them took at most; <see langword="null"/> without requests.</param>
/// <param name="P99">Seconds that 99 of 100 took at most.</param>
/// <param name="Active">Requests that it is serving, open WebSockets included.</param>
/// <param name="IsHealthy">Whether it takes traffic; <see langword="null"/> if that is not known.</param>
/// <param name="Share">Its part of all requests, from 0 to 1.</param>
internal sealed record GatewayTraffic(
    string Name, double RequestsPerSecond, double ErrorsPerSecond, double? P50, double? P99, double Active, bool? IsHealthy, double Share);
