using OwlBoard.Forwarding.Faults;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Affinity;

/// <summary>Sets the affinity cookie on a gateway's response, unless the response reports a failure.</summary>
internal sealed class AffinityTransforms(GatewayCookie cookie) : IExchangeTransform
{
    public void TransformRequest(HttpContext context, UpstreamRequest request)
    {
    }

    public void TransformResponse(HttpContext context)
    {
        if (!FailedService.IsFailure(context.Response.StatusCode) && ProxyRequestContext.Of(context).Gateway is { } gateway)
        {
            cookie.Renew(context, gateway);
        }
    }
}
