using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Transport;
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
        // Kestrel's limit is an average rate since the start of the body, which a retry that replays the body would violate.
        // ReplayableBody enforces the time since the last byte instead.
        kestrel.Limits.MinRequestBodyDataRate = null;
        // Also an average rate, although a client may read slowly; and Kestrel does not count all written bytes
        // (aspnet/KestrelHttpServer#2171). ClientLimits enforces the time since the client last accepted a byte instead.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentUpgradedConnections = null;
        // Over HTTP/2, Kestrel buffers up to these sizes: the response of each stream if the client does not read it, and request
        // bodies if the gateway does not read them.
        kestrel.Limits.MaxResponseBufferSize = StreamBufferBytes;
        kestrel.Limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        SetLimits(kestrel.Limits, current);
        // Kestrel reads its limits when it accepts a connection: a change applies to new connections.
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
        // Kestrel requires the buffer to be at least as large as the limit of the request line.
        limits.MaxRequestBufferSize = Math.Max(1024 * 1024, Math.Max(options.Limits.RequestHeadersBytes, options.Limits.RequestLineBytes));
        limits.MaxRequestHeadersTotalSize = options.Limits.RequestHeadersBytes;
        // Kestrel also counts the pseudo-fields of HTTP/2; the pipeline enforces the exact limit.
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
                // Before the TLS handshake, which is the most expensive step.
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
