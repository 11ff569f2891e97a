namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>When a try failed, and why in one of few words.</summary>
internal sealed record GatewayFailure(DateTimeOffset At, string Reason);
