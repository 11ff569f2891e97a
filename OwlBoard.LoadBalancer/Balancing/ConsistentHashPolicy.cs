using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The <c>consistent_hash</c> policy: maps a key to a gateway by <see cref="Rendezvous"/> hashing with bounded loads
/// (Mirrokni, Thorup and Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2018): a full gateway is skipped for the
/// key's next one.
/// </summary>
internal sealed class ConsistentHashPolicy(GatewayRegistry gateways, HashKey keys, IOptionsMonitor<BalancingOptions> options) : GatewayPolicy(gateways, options)
{
    public override string Name => Algorithms.ConsistentHash;

    protected override Gateway Pick(HttpContext context, ReadOnlySpan<Gateway> available)
    {
        var key = keys.Of(context);
        var slowStart = Options.SlowStart;
        var factor = Options.ConsistentHash.LoadFactor;
        while (true)
        {
            var capacityPerShare = factor * MeanLoad(available, slowStart);
            var best = default(Gateway);
            var bestActive = 0;
            var bestBid = 0.0;
            foreach (var gateway in available)
            {
                var active = gateway.Active;
                var share = gateway.Weight * gateway.Ramp(slowStart);
                if (active >= Math.Ceiling(capacityPerShare * share))
                {
                    continue;
                }

                var bid = Rendezvous.Bid(key, gateway, share);
                if (bid > bestBid)
                {
                    (best, bestActive, bestBid) = (gateway, active, bid);
                }
            }

            // The total capacity exceeds the active requests, so a retry finds room after a race with another request.
            if (best is not null && best.TryAcquire(bestActive))
            {
                return best;
            }
        }
    }

    /// <summary>Returns the number of active requests, the current one included, per unit of share.</summary>
    private static double MeanLoad(ReadOnlySpan<Gateway> available, TimeSpan slowStart)
    {
        var active = 1;
        var shares = 0.0;
        foreach (var gateway in available)
        {
            active += gateway.Active;
            shares += gateway.Weight * gateway.Ramp(slowStart);
        }

        return active / shares;
    }
}
