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
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        var config = WebSocketUpgrade.IsRequested(context)
            ? requestConfig with { ActivityTimeout = options.Value.WebSocketTimeout }
            : requestConfig;
        return inner.SendAsync(context, destinationPrefix, httpClient, config, transformer, cancellationToken);
    }
}
