using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Features;
using OwlBoard.ServiceDefaults.Drain;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>Inserts a <see cref="WebSocketRelayStream"/> between the client and the handler that accepts the WebSocket.</summary>
internal sealed class WebSocketRelayMiddleware(
    RequestDelegate next, IOptionsMonitor<WebSocketRelayOptions> options, DrainState drain, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (WebSocketUpgrade.Find(context) is { } upgrade)
        {
            // Reduce a list of protocols to the chosen one: later handlers, YARP in particular, must not see the others.
            context.Request.Headers.Upgrade = WebSocketUpgrade.Protocol;
            context.Features.Set<IHttpUpgradeFeature>(new RelayedUpgrade(this, upgrade, context));
        }

        return next(context);
    }

    private WebSocketRelayStream Relay(Stream client, HttpContext context) =>
        new(client, options.CurrentValue, time, context.Abort, drain.Closing);

    private sealed class RelayedUpgrade(WebSocketRelayMiddleware middleware, IHttpUpgradeFeature inner, HttpContext context) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => middleware.Relay(await inner.UpgradeAsync(), context);
    }
}
