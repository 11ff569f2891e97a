using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Targets;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>Applies each <see cref="IExchangeTransform"/> as YARP transforms, for requests that YARP forwards itself.</summary>
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
        // YARP's default would replace X-Forwarded-For instead of appending to it.
        context.UseDefaultForwarders = false;
        context.AddOriginalHost();
        context.AddRequestTarget();
        context.AddHopFieldRemoval();
        context.AddResponseTransform(static response =>
        {
            SuppressForbiddenBody(response);
            return default;
        });
        foreach (var transform in transforms)
        {
            context.AddRequestTransform(request =>
            {
                transform.TransformRequest(request.HttpContext, new YarpRequest(request));
                return default;
            });
            context.AddResponseTransform(response =>
            {
                if (response.ProxyResponse is not null)
                {
                    transform.TransformResponse(response.HttpContext);
                }

                return default;
            });
        }
    }

    /// <summary>
    /// Suppresses the body of a response whose status does not allow one (RFC 9112 section 6.3, RFC 9110 section 15.3.6),
    /// even if the upstream announces it: Kestrel would wait for a body of the stated length, but refuse to write one.
    /// </summary>
    private static void SuppressForbiddenBody(ResponseTransformContext response)
    {
        if (response.HttpContext.Response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent)
        {
            response.HttpContext.Response.ContentLength = null;
            response.SuppressResponseBody = true;
        }
    }
}
