using System.Net;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Transforms;

namespace OwlBoard.Gateway.Routing;

/// <summary>The transforms of requests to the services and of their responses.</summary>
internal sealed class ServiceTransforms : IExchangeTransform
{
    private const string CorsPrefix = "Access-Control-";
    private const string ForwardedFor = "X-Forwarded-For";

    public void TransformRequest(HttpContext context, UpstreamRequest request)
    {
        var metadata = context.GetRouteModel().Config.Metadata;
        var target = RequestTarget.Of(context);
        // Routing removed the dot segments before it matched. While they are present, the first segment need not be the prefix.
        request.SetTarget(metadata is not null && metadata.TryGetValue(ServiceRoutes.PathMetadata, out var path)
            ? target.WithPath(path)
            : target.WithoutDotSegments().WithoutFirstSegment());

        // The load balancer has already set the client's address, scheme and host; the gateway appends its own peer.
        request.SetField(ForwardedFor, Append(context.Request.Headers[ForwardedFor], context.Connection.RemoteIpAddress));

        // The original Host is forwarded, except over TLS, where the same name selects the expected certificate: there it is the
        // service's own.
        if (request.Address.StartsWith(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase))
        {
            request.Host = context.GetReverseProxyFeature().ProxiedDestination?.Model.Config.Host;
        }
    }

    public void TransformResponse(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Remove("Server");
        List<string>? cors = null;
        foreach (var (name, _) in headers)
        {
            if (IsCors(name))
            {
                (cors ??= []).Add(name);
            }
        }

        foreach (var name in cors ?? [])
        {
            headers.Remove(name);
        }
    }

    private static string Append(StringValues forwardedFor, IPAddress? peer) =>
        forwardedFor.Count == 0 ? $"{peer}" : $"{forwardedFor}, {peer}";

    private static bool IsCors(string header) => header.StartsWith(CorsPrefix, StringComparison.OrdinalIgnoreCase);
}
