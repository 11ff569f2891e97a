namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>The time and the reason of a failed attempt; the reason is one of a fixed set.</summary>
internal sealed record GatewayFailure(DateTimeOffset At, string Reason);
