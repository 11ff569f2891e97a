using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The <c>least_conn</c> policy: picks the gateway with the fewest active requests per weight; ties are broken by weighted
/// round-robin.
/// </summary>
internal sealed class LeastConnectionsPolicy(GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> options) : InTurnPolicy(gateways, options)
{
    public override string Name => Algorithms.LeastConnections;

    protected override bool Precedes(in Turn turn, in Turn other) =>
        turn.MustWait != other.MustWait ? other.MustWait
        : turn.Load != other.Load ? turn.Load < other.Load
        : turn.Start < other.Start;

    protected override bool TryClaim(in Turn turn)
    {
        if (!turn.Gateway.TryAcquire(turn.Active))
        {
            return false;
        }

        turn.Gateway.TakeTurn(turn.Start, turn.Share);
        return true;
    }
}
