using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.LoadBalancer.Stickiness;

/// <summary>Gives the cookie to a client that a gateway answered. One that failed is not worth coming back to.</summary>
internal sealed class StickinessTransforms(GatewayCookie cookie) : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context) => context.AddResponseTransform(RenewCookie);

    private ValueTask RenewCookie(ResponseTransformContext transform)
    {
        if (transform.ProxyResponse is not null
            && !TryOutcome.OfAnswer(transform.HttpContext.Response).IsFailure
            && ProxiedRequest.Of(transform.HttpContext).Gateway is { } gateway)
        {
            cookie.Renew(transform.HttpContext, gateway);
        }

        return default;
    }
}
