using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>
/// Requests that ask for a WebSocket: over HTTP/1.1 with <c>Upgrade</c> (RFC 6455 section 4.1), over HTTP/2 with an extended
/// <c>CONNECT</c> (RFC 8441). No other upgrade is known: a request for one is an ordinary request.
/// </summary>
public static class WebSocketUpgrade
{
    /// <summary>The protocol, as <c>Upgrade</c> names it.</summary>
    internal const string Protocol = "websocket";

    /// <summary>Whether the request asks for one, and the server can switch to it.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsRequested(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method)
            ? context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
            : Find(context) is not null;

    /// <summary>What switches to it, if the request asks for one over HTTP/1.1.</summary>
    internal static IHttpUpgradeFeature? Find(HttpContext context) =>
        context.Request.Headers.Upgrade is { Count: > 0 } protocols
        && IsNamedIn(protocols)
        && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade
            ? upgrade
            : null;

    /// <summary>The field is a list, in one line or several, of which the server chooses (RFC 9110 section 7.8).</summary>
    private static bool IsNamedIn(StringValues protocols)
    {
        foreach (var line in protocols)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                if (line.AsSpan(range).Trim().Equals(Protocol, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
