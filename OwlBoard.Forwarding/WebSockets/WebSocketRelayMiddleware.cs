using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OwlBoard.ServiceDefaults.Drain;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>Puts a <see cref="WebSocketRelayStream"/> between the client and whatever accepts its WebSocket.</summary>
internal sealed class WebSocketRelayMiddleware(
    RequestDelegate next, IOptionsMonitor<WebSocketRelayOptions> options, DrainState drain, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.Upgrade is [{ } protocol] && protocol.Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
        {
            context.Features.Set<IHttpUpgradeFeature>(new RelayedUpgrade(upgrade, async () =>
                new WebSocketRelayStream(
                    await upgrade.UpgradeAsync(), options.CurrentValue, time, context.Abort, drain.Closing)));
        }

        return next(context);
    }

    private sealed class RelayedUpgrade(IHttpUpgradeFeature inner, Func<Task<Stream>> upgrade) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public Task<Stream> UpgradeAsync() => upgrade();
    }
}
