using OwlBoard.Forwarding.Targets;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>States every <see cref="IExchangeTransform"/> as YARP transforms, for what YARP forwards itself.</summary>
internal sealed class YarpTransforms(IEnumerable<IExchangeTransform> transforms) : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        // YARP's own would replace X-Forwarded-For rather than append to it.
        context.UseDefaultForwarders = false;
        context.AddOriginalHost();
        context.AddRequestTarget();
        context.AddHopFieldRemoval();
        foreach (var transform in transforms)
        {
            context.AddRequestTransform(request =>
            {
                transform.TransformRequest(request.HttpContext, new YarpRequest(request));
                return default;
            });
            context.AddResponseTransform(response =>
            {
                if (response.ProxyResponse is not null && !transform.TransformResponse(response.HttpContext))
                {
                    response.SuppressResponseBody = true;
                }

                return default;
            });
        }
    }
}
