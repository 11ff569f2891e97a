using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Retry;

namespace OwlBoard.LoadBalancer.Zones;

/// <summary>
/// Leaves a request's first try the gateways of one zone or of the others. A further try may go anywhere: it may be the
/// zone that failed.
/// </summary>
internal sealed class ZoneMiddleware(RequestDelegate next, ZoneRouting zones, HashKey keys, LiveOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (string.IsNullOrEmpty(options.Current.Zone))
        {
            return next(context);
        }

        var proxy = context.GetReverseProxyFeature();
        if (proxy.AvailableDestinations is { Count: > 1 } available && ProxiedRequest.Of(context).Tried.IsEmpty)
        {
            // What is hashed must not come to one zone now and to another one then.
            proxy.AvailableDestinations = options.Current.Algorithm == Algorithms.ConsistentHash
                ? zones.Of(keys.Of(context), available)
                : zones.Next(available);
        }

        return next(context);
    }
}
