using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Configuration;

namespace OwlBoard.LoadBalancer.Listeners;

/// <summary>Opens the listeners and sets Kestrel's limits from the load balancer's options.</summary>
internal sealed class KestrelListeners(LiveOptions options) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel)
    {
        var current = options.Current;
        kestrel.AddServerHeader = false;
        // Headers pass through as they came; names and values are checked by Kestrel itself.
        kestrel.Limits.MaxRequestBodySize = current.Limits.RequestBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = current.Limits.RequestHeadersBytes;
        kestrel.Limits.MaxRequestHeaderCount = current.Limits.RequestHeaderCount;
        kestrel.Limits.MaxRequestLineSize = current.Limits.RequestLineBytes;
        kestrel.Limits.RequestHeadersTimeout = current.Timeouts.RequestHeaders;
        kestrel.Limits.KeepAliveTimeout = current.Timeouts.KeepAlive;
        // Kestrel's own rule is a mean rate since the body's start, which a second try that replays the body would break;
        // ours is the time since the last byte, and ReplayableBody keeps it.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MaxConcurrentUpgradedConnections = null;

        Listen(kestrel, current, current.DesktopPort, Listener.Desktop);
        Listen(kestrel, current, current.MobilePort, Listener.Mobile);
    }

    private static void Listen(KestrelServerOptions kestrel, LoadBalancerOptions options, int port, Listener listener)
    {
        switch (options.Address)
        {
            case "*":
                kestrel.ListenAnyIP(port, Open);
                break;
            case "localhost" when port > 0:
                kestrel.ListenLocalhost(port, Open);
                break;
            case "localhost":
                kestrel.Listen(IPAddress.Loopback, port, Open);
                break;
            default:
                kestrel.Listen(IPAddress.Parse(options.Address), port, Open);
                break;
        }

        void Open(ListenOptions endpoint)
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(next => connection =>
            {
                connection.Features.Set(listener);
                return next(connection);
            });
        }
    }
}
