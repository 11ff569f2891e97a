using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
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
        context.AddRequestTransform(static request =>
        {
            RemoveFieldsOfThisHop(request.HttpContext.Request.Headers.Connection, request);
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
                if (response.ProxyResponse is not null && !transform.TransformResponse(response.HttpContext))
                {
                    response.SuppressResponseBody = true;
                }

                return default;
            });
        }
    }

    /// <summary>
    /// Fields that <c>Connection</c> names belong to the client's hop alone (RFC 9110 section 7.6.1); YARP removes only
    /// the well-known ones. (Where <c>close</c> or <c>keep-alive</c> is named as well, Kestrel has already dropped the rest.)
    /// </summary>
    private static void RemoveFieldsOfThisHop(StringValues connection, RequestTransformContext request)
    {
        foreach (var name in connection.SelectMany(value => value?.Split(',', StringSplitOptions.TrimEntries) ?? []))
        {
            // YARP states the upgrade of a WebSocket itself.
            if (name.Length > 0 && !name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase))
            {
                RequestTransform.RemoveHeader(request, name);
            }
        }
    }
}
