using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>An algorithm that gives out turns on a <see cref="VirtualClock"/>, in proportion to the weights.</summary>
internal abstract class InTurnPolicy(GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> options) : GatewayPolicy(gateways, options)
{
    private readonly VirtualClock _clock = new();

    protected sealed override Gateway Pick(HttpContext context, ReadOnlySpan<Gateway> available)
    {
        var slowStart = Options.SlowStart;
        while (true)
        {
            var now = _clock.Now;
            var best = Turn.Of(available[0], now, slowStart);
            foreach (var gateway in available[1..])
            {
                var turn = Turn.Of(gateway, now, slowStart);
                if (Precedes(turn, best))
                {
                    best = turn;
                }
            }

            // Somebody else may have picked it since it was looked at: then look again.
            if (TryClaim(best))
            {
                _clock.AdvancePast(best.Start);
                return best.Gateway;
            }
        }
    }

    /// <summary>Whether the turn is to be given out before the other; of equals the first stays.</summary>
    protected abstract bool Precedes(in Turn turn, in Turn other);

    /// <summary>Gives the turn out and counts the request, unless what was seen is no longer so.</summary>
    protected abstract bool TryClaim(in Turn turn);
}
