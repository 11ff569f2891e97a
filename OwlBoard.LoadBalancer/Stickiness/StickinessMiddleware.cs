using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Retry;
using OwlBoard.LoadBalancer.Zones;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Stickiness;

/// <summary>
/// Leaves a client whose gateway is known no other choice. Runs once per try, so that a client whose gateway failed gets
/// another one as if it were new.
/// </summary>
internal sealed class StickinessMiddleware(
    RequestDelegate next, GatewayRegistry gateways, GatewayCookie cookie, HashKey keys, ZoneRouting zones, LiveOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var by = options.Current.Stickiness.By;
        if (by == StickinessOptions.ByNone)
        {
            return next(context);
        }

        var proxy = context.GetReverseProxyFeature();
        if (proxy.AvailableDestinations is { Count: > 1 } candidates
            && (by == StickinessOptions.ByClient ? OfClient(context, candidates) : OfCookie(context, candidates)) is { } destination)
        {
            proxy.AvailableDestinations = destination;
        }

        return next(context);
    }

    private DestinationState? OfCookie(HttpContext context, IReadOnlyList<DestinationState> candidates) =>
        ProxiedRequest.Of(context).Tried.IsEmpty ? cookie.Find(context, candidates) : null;

    /// <summary>The highest bid for the client's address, so that its gateway stays while it is there, and its second one too.</summary>
    private DestinationState? OfClient(HttpContext context, IReadOnlyList<DestinationState> candidates)
    {
        var key = keys.OfClient(context);
        if (ProxiedRequest.Of(context).Tried.IsEmpty)
        {
            candidates = zones.Of(key, candidates);
        }

        var slowStart = options.Current.SlowStart;
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
