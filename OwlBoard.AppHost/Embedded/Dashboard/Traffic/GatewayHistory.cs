namespace OwlBoard.AppHost.Embedded.Dashboard.Traffic;

/// <summary>One gateway, step by step.</summary>
internal sealed record GatewayHistory(string Name, IReadOnlyList<GatewayTraffic> Steps);
