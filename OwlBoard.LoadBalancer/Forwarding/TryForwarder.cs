using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Connections;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>
/// Gives YARP's forwarder what it cannot know of a try: a token that ends the try without ending the client's request,
/// and for upgrades the WebSockets' idle time instead of the responses'.
/// </summary>
internal sealed class TryForwarder(IHttpForwarder forwarder, LiveOptions options) : IHttpForwarder
{
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        var request = ProxiedRequest.Of(context);
        if (IsUpgrade(context))
        {
            var timeouts = options.Current.Timeouts;
            request.BeginTryWithOwnToken();
            request.EndTryWithoutHeadAfter(timeouts.Response);
            request.BeginUpgrade();
            requestConfig = requestConfig with { ActivityTimeout = timeouts.WebSocketIdle };
        }
        else if (httpClient is UpstreamClient)
        {
            request.BeginTry();
        }
        else
        {
            request.BeginTryWithOwnToken();
            request.BeginExchange(options.Current.ConnectionPool.IdleConnections);
        }

        return forwarder.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, request.TryToken);
    }

    /// <summary>Over HTTP/1.1 with <c>Upgrade</c>, over HTTP/2 with an extended <c>CONNECT</c> (RFC 8441).</summary>
    private static bool IsUpgrade(HttpContext context) =>
        (context.Request.Headers.Upgrade.Count > 0 && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true })
        || (HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true });
}
