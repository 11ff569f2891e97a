using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Affinity;

/// <summary>Finds the gateway that a client is bound to, by its cookie or by its address.</summary>
internal sealed class ClientAffinity(
    GatewayRegistry gateways,
    GatewayCookie cookie,
    HashKey keys,
    ZoneRouting zones,
    IOptionsMonitor<StickinessOptions> options,
    IOptionsMonitor<BalancingOptions> balancing)
{
    /// <summary>Returns the candidate that the client is bound to; <see langword="null"/> if it is bound to none.</summary>
    public DestinationState? Find(HttpContext context, ProxyRequestContext request, IReadOnlyList<DestinationState> candidates) =>
        options.CurrentValue.By switch
        {
            StickinessOptions.ByClient => OfAddress(context, request, candidates),
            // After a failed attempt the cookie is ignored: the client is bound to another gateway like a new one.
            StickinessOptions.ByCookie when request.Attempted.IsEmpty => cookie.Find(context, candidates),
            _ => null,
        };

    /// <summary>Returns the candidate with the highest <see cref="Rendezvous"/> bid for the client's address.</summary>
    private DestinationState? OfAddress(HttpContext context, ProxyRequestContext request, IReadOnlyList<DestinationState> candidates)
    {
        var key = keys.OfClient(context);
        if (request.Attempted.IsEmpty)
        {
            candidates = zones.Of(key, candidates);
        }

        var slowStart = balancing.CurrentValue.SlowStart;
        var best = default(DestinationState);
        var bestBid = 0.0;
        for (var i = 0; i < candidates.Count; i++)
        {
            var gateway = gateways.Of(candidates[i]);
            var bid = Rendezvous.Bid(key, gateway, gateway.Weight * gateway.Ramp(slowStart));
            if (bid > bestBid)
            {
                (best, bestBid) = (candidates[i], bid);
            }
        }

        return best;
    }
}
