using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.WebSockets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Upstream;

/// <summary>Lets WebSockets be idle for longer than anything else: the proxy's activity timeout is one a cluster.</summary>
internal sealed class WebSocketTimeoutForwarder(IHttpForwarder inner, IOptions<GatewayOptions> options) : IHttpForwarder
{
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer) =>
        inner.SendAsync(context, destinationPrefix, httpClient, ConfigFor(context, requestConfig), transformer);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken) =>
        inner.SendAsync(context, destinationPrefix, httpClient, ConfigFor(context, requestConfig), transformer, cancellationToken);

    private ForwarderRequestConfig ConfigFor(HttpContext context, ForwarderRequestConfig config) => WebSocketUpgrade.IsRequested(context)
        ? config with { ActivityTimeout = options.Value.WebSocketTimeout }
        : config;
}
