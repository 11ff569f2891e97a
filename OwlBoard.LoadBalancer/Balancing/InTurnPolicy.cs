using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>The base class of policies that assign turns on a <see cref="VirtualClock"/>, in proportion to the weights.</summary>
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

            // Pick again if a concurrent request changed the gateway.
            if (TryClaim(best))
            {
                _clock.AdvancePast(best.Start);
                return best.Gateway;
            }
        }
    }

    /// <summary>Determines whether the turn precedes the other. Among equal turns the first one is picked.</summary>
    protected abstract bool Precedes(in Turn turn, in Turn other);

    /// <summary>Assigns the turn and increments the active requests, unless the gateway has changed since it was read.</summary>
    protected abstract bool TryClaim(in Turn turn);
}
