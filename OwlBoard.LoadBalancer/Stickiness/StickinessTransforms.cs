using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.Retry;

namespace OwlBoard.LoadBalancer.Stickiness;

/// <summary>Gives the cookie to a client that a gateway answered. One that failed is not worth coming back to.</summary>
internal sealed class StickinessTransforms(GatewayCookie cookie) : IExchangeTransform
{
    public void TransformRequest(HttpContext context, UpstreamRequest request)
    {
    }

    public bool TransformResponse(HttpContext context)
    {
        if (!TryOutcome.OfAnswer(context.Response).IsFailure && ProxiedRequest.Of(context).Gateway is { } gateway)
        {
            cookie.Renew(context, gateway);
        }

        return true;
    }
}
