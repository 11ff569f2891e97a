using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Retry;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>Counts the request where there is but one gateway to choose from: YARP asks no policy then.</summary>
internal sealed class OnlyChoiceMiddleware(RequestDelegate next, GatewayRegistry gateways)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetReverseProxyFeature().AvailableDestinations is { Count: 1 } only)
        {
            var gateway = gateways.Of(only[0]);
            gateway.Acquire();
            ProxiedRequest.Of(context).Acquired(gateway);
        }

        return next(context);
    }
}
