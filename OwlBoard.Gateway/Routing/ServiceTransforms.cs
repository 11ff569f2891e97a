using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.Gateway.Routing;

/// <summary>What is changed on the way to a service and back.</summary>
internal sealed class ServiceTransforms : ITransformProvider
{
    private const string CorsPrefix = "Access-Control-";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        // The load balancer in front has said who the client is and what it asked for; the gateway only adds its peer.
        context.AddXForwarded(ForwardedTransformActions.Off, removeForwardedHeader: false);
        context.AddXForwardedFor(action: ForwardedTransformActions.Append);
        context.AddOriginalHost();
        context.AddRequestTransform(NameServiceForTls);
        context.AddResponseTransform(RemoveForeignHeaders);
    }

    /// <summary>
    /// The service sees the host that the client asked for, except over TLS, where the same name decides which
    /// certificate is expected: there it is the service's own.
    /// </summary>
    private static ValueTask NameServiceForTls(RequestTransformContext context)
    {
        if (context.DestinationPrefix.StartsWith(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase))
        {
            var destination = context.HttpContext.GetReverseProxyFeature().ProxiedDestination;
            context.ProxyRequest.Headers.Host = destination?.Model.Config.Host;
        }

        return ValueTask.CompletedTask;
    }

    private static ValueTask RemoveForeignHeaders(ResponseTransformContext context)
    {
        var headers = context.HttpContext.Response.Headers;
        headers.Remove("Server");
        if (headers.Keys.Any(IsCors))
        {
            foreach (var name in headers.Keys.Where(IsCors).ToArray())
            {
                headers.Remove(name);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsCors(string header) => header.StartsWith(CorsPrefix, StringComparison.OrdinalIgnoreCase);
}
