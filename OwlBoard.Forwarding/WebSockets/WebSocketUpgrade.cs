using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>Requests over HTTP/1.1 that ask for a WebSocket (RFC 6455 section 4.1).</summary>
public static class WebSocketUpgrade
{
    /// <summary>Whether the request asks for one, and the server can switch to it.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsRequested(HttpContext context) => Find(context) is not null;

    /// <summary>What switches to it, if the request asks for one.</summary>
    internal static IHttpUpgradeFeature? Find(HttpContext context) =>
        context.Request.Headers.Upgrade is [{ } protocol]
        && protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase)
        && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade
            ? upgrade
            : null;
}
