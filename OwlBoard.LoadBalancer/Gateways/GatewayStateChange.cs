namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>A change of a gateway's state.</summary>
/// <param name="At">The time of the change.</param>
/// <param name="Gateway">The gateway's name.</param>
/// <param name="Before">The state before.</param>
/// <param name="After">The state after.</param>
/// <param name="Reason">The reason in a readable form.</param>
internal sealed record GatewayStateChange(DateTimeOffset At, string Gateway, GatewayState Before, GatewayState After, string Reason);
