using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Forwarding.Targets;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Tls;
using OwlBoard.ServiceDefaults.Tls;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>Opens the listeners and sets Kestrel's limits from the load balancer's options.</summary>
internal sealed class KestrelListeners(LiveOptions options, ServerCertificate certificate, ConnectionGate gate, Http2FloodGuard floods, ClientLimits clients) : IConfigureOptions<KestrelServerOptions>
{
    private const int StreamBufferBytes = 16 * 1024;
    private const int StreamWindowBytes = 128 * 1024;
    private const int ConnectionWindowBytes = 256 * 1024;

    public void Configure(KestrelServerOptions kestrel)
    {
        var current = options.Current;
        kestrel.AddServerHeader = false;
        kestrel.UseOpaqueFields();
        kestrel.AcceptTargetsOfAllForms();
        // Kestrel's own rule is a mean rate since the body's start, which a second try that replays the body would break;
        // ours is the time since the last byte, and ReplayableBody keeps it.
        kestrel.Limits.MinRequestBodyDataRate = null;
        // A mean rate as well, for which Kestrel does not count all that it writes (aspnet/KestrelHttpServer#2171): a client
        // that reads slowly is no fault. Ours is the time without a byte accepted, see ClientLimits.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentUpgradedConnections = null;
        // Over HTTP/2, Kestrel holds as much for each stream whose client does not read, and accepts as much of a body that no
        // gateway reads.
        kestrel.Limits.MaxResponseBufferSize = StreamBufferBytes;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        SetLimits(kestrel.Limits, current);
        // Kestrel reads its limits when a connection is accepted: changed ones apply to those that come after.
        options.Changed += changed => SetLimits(kestrel.Limits, changed);

        Listen(kestrel, current.Address, current.DesktopPort, Listener.Desktop);
        Listen(kestrel, current.Address, current.MobilePort, Listener.Mobile);
        Listen(kestrel, current.Management.ManagementAddress, current.Management.ManagementPort, Listener.Management);
        if (current.Tls.Port != 0)
        {
            Listen(kestrel, current.Address, current.Tls.Port, Listener.Desktop, certificate);
        }

        if (current.Tls.MobilePort != 0)
        {
            Listen(kestrel, current.Address, current.Tls.MobilePort, Listener.Mobile, certificate);
        }
    }

    private void SetLimits(KestrelServerLimits limits, LoadBalancerOptions options)
    {
        clients.SendTimeout = options.Timeouts.ClientSend;
        limits.MaxRequestBodySize = options.Limits.RequestBodyBytes;
        // Never below the line's own limit, which Kestrel demands of the buffer that holds both.
        limits.MaxRequestBufferSize = Math.Max(1024 * 1024, Math.Max(options.Limits.RequestHeadersBytes, options.Limits.RequestLineBytes));
        limits.MaxRequestHeadersTotalSize = options.Limits.RequestHeadersBytes;
        // Kestrel counts the pseudo-fields of HTTP/2 as well: with them, the pipeline keeps the limit.
        limits.MaxRequestHeaderCount = options.Limits.RequestHeaderCount + (options.Tls.IsOn ? RequestFieldEncodings.PseudoFields : 0);
        limits.MaxRequestLineSize = options.Limits.RequestLineBytes;
        limits.RequestHeadersTimeout = options.Timeouts.RequestHeaders;
        limits.KeepAliveTimeout = options.Timeouts.KeepAlive;
    }

    private void Listen(KestrelServerOptions kestrel, string address, int port, Listener listener, ServerCertificate? certificate = null)
    {
        switch (address)
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
                kestrel.Listen(IPAddress.Parse(address), port, Open);
                break;
        }

        void Open(ListenOptions endpoint)
        {
            if (listener != Listener.Management)
            {
                // Before TLS, which would cost the most.
                endpoint.Use(next => connection => gate.PassAsync(connection, canBeParked: certificate is null, next));
            }

            endpoint.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (certificate is not null)
            {
                endpoint.UseHttps(certificate.Handshake);
                endpoint.UseCloseNotify();
                endpoint.Use(next => connection => floods.PassAsync(connection, next));
            }

            endpoint.Use(next => connection =>
            {
                connection.Features.Set(new ClientConnection(
                    listener,
                    connection.RemoteEndPoint,
                    connection.LocalEndPoint,
                    connection.Features.Get<TrackedConnection>(),
                    connection.ConnectionClosed));
                return next(connection);
            });
        }
    }
}
