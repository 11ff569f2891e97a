using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// <c>least_conn</c>: the gateway with the fewest active requests in relation to its weight; among equals each in turn,
/// in proportion to the weights.
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
