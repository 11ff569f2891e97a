using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>What the load balancer changes in requests and responses on their way.</summary>
internal sealed class GatewayTransforms(ClientAddress client, RetryPolicy retries) : ITransformProvider
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
        context.AddRequestTransform(AddForwardedHeaders);
        context.AddResponseTransform(ReceiveHead);
    }

    private ValueTask AddForwardedHeaders(RequestTransformContext transform)
    {
        var context = transform.HttpContext;
        var request = context.Request;
        var headers = transform.ProxyRequest.Headers;
        if (ProxiedRequest.Of(context).BypassesPool)
        {
            PooledHandler.BypassPool(transform.ProxyRequest);
        }

        RemoveHeadersOfThisHop(request.Headers.Connection, headers);

        Set("X-Real-IP", client.Of(context).ToString());
        Set("X-Forwarded-For", ClientAddress.ForwardedFor(context));
        Set("X-Forwarded-Proto", client.Scheme(context));
        Set("X-Forwarded-Host", request.Host.Value ?? "");
        Set("X-Forwarded-Port", context.Connection.LocalPort.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return default;

        void Set(string name, string value)
        {
            headers.Remove(name);
            headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>
    /// Fields that <c>Connection</c> names belong to the client's hop alone (RFC 9110 section 7.6.1); YARP removes only
    /// the well-known ones. (Where <c>close</c> or <c>keep-alive</c> is named as well, Kestrel has already dropped the rest.)
    /// </summary>
    private static void RemoveHeadersOfThisHop(StringValues connection, System.Net.Http.Headers.HttpRequestHeaders headers)
    {
        if (connection.Count == 0 || connection is ["keep-alive" or "close" or "Upgrade"])
        {
            return;
        }

        foreach (var name in connection.SelectMany(value => value?.Split(',', StringSplitOptions.TrimEntries) ?? []))
        {
            if (name.Length > 0 && !name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase))
            {
                headers.Remove(name);
            }
        }
    }

    private ValueTask ReceiveHead(ResponseTransformContext transform)
    {
        if (transform.ProxyResponse is null)
        {
            return default;
        }

        var context = transform.HttpContext;
        var request = ProxiedRequest.Of(context);
        request.HeadReceived();
        ResponseHeaders.Apply(context);
        context.Response.Headers[ResponseHeaders.UpstreamServer] = request.Gateway?.Name;
        if (TryOutcome.OfAnswer(context.Response) is { IsFailure: true } failure
            && retries.TryClaim(context, request, failure))
        {
            transform.SuppressResponseBody = true;
        }

        return default;
    }
}
