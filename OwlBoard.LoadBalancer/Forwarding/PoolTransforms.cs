using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>Tells <see cref="PooledHandler"/> which requests YARP's forwarder sends beside the pool.</summary>
internal sealed class PoolTransforms : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context) => context.AddRequestTransform(transform =>
    {
        if (ProxiedRequest.Of(transform.HttpContext).BypassesPool)
        {
            PooledHandler.BypassPool(transform.ProxyRequest);
        }

        return default;
    });
}
