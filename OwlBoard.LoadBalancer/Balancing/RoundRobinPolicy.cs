using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The <c>round_robin</c> policy: picks each gateway in turn, weighted and evenly interleaved, regardless of its load.
/// </summary>
internal sealed class RoundRobinPolicy(GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> options) : InTurnPolicy(gateways, options)
{
    public override string Name => Algorithms.RoundRobin;

    protected override bool Precedes(in Turn turn, in Turn other) => turn.Start < other.Start;

    protected override bool TryClaim(in Turn turn)
    {
        // Claim the turn, not the count of active requests, which also changes whenever a request ends.
        if (!turn.Gateway.TryTakeTurn(turn.Finish, turn.Start, turn.Share))
        {
            return false;
        }

        turn.Gateway.Acquire();
        return true;
    }
}
