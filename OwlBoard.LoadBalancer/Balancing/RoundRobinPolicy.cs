using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// <c>round_robin</c>: each gateway in turn, in proportion to the weights and evenly interleaved, however busy it is.
/// </summary>
internal sealed class RoundRobinPolicy(GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> options) : InTurnPolicy(gateways, options)
{
    public override string Name => Algorithms.RoundRobin;

    protected override bool Precedes(in Turn turn, in Turn other) => turn.Start < other.Start;

    protected override bool TryClaim(in Turn turn)
    {
        // The turn itself is claimed, not the count: that changes with each request that ends and says nothing of turns.
        if (!turn.Gateway.TryTakeTurn(turn.Finish, turn.Start, turn.Share))
        {
            return false;
        }

        turn.Gateway.Acquire();
        return true;
    }
}
