using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>
/// Requests for a WebSocket: over HTTP/1.1 with <c>Upgrade</c> (RFC 6455 section 4.1), over HTTP/2 with an extended
/// <c>CONNECT</c> (RFC 8441). Requests for other upgrades are treated as ordinary requests.
/// </summary>
internal static class WebSocketUpgrade
{
    /// <summary>The protocol name in <c>Upgrade</c>.</summary>
    internal const string Protocol = "websocket";

    /// <summary>Returns a value that indicates whether the request asks for a WebSocket and the server supports it.</summary>
    /// <param name="context">The request.</param>
    /// <returns><see langword="true"/> if the request asks for a WebSocket; otherwise, <see langword="false"/>.</returns>
    public static bool IsRequested(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method)
            ? context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
            : Find(context) is not null;

    /// <summary>Returns the upgrade feature if the request asks for a WebSocket over HTTP/1.1.</summary>
    public static IHttpUpgradeFeature? Find(HttpContext context) =>
        context.Request.Headers.Upgrade is { Count: > 0 } protocols
        && IsNamedIn(protocols)
        && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade
            ? upgrade
            : null;

    /// <summary>Checks the protocol list, in one line or several, from which the server chooses (RFC 9110 section 7.8).</summary>
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
