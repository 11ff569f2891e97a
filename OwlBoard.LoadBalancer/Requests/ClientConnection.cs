using System.Globalization;
using System.Net;
using OwlBoard.Forwarding.Features;
using OwlBoard.Forwarding.Transforms;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>What all requests of one connection have in common, worked out when it is accepted.</summary>
internal sealed class ClientConnection
{
    public ClientConnection(Listener listener, EndPoint? peer, EndPoint? local, IConnectionActivity? activity = null, CancellationToken closed = default)
    {
        Activity = activity;
        Listener = listener;
        Closed = closed;
        Peer = Normalize((peer as IPEndPoint)?.Address ?? IPAddress.None);
        PeerText = Peer.ToString();
        LocalPort = ((local as IPEndPoint)?.Port ?? 0).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Where it came in.</summary>
    public Listener Listener { get; }

    /// <summary>The address at its other end; IPv4 as such even where the listener is dual-stack.</summary>
    public IPAddress Peer { get; }

    /// <summary>The same as text.</summary>
    public string PeerText { get; }

    /// <summary>The observer of the connection's activity; <see langword="null"/> for a connection to the management port.</summary>
    public IConnectionActivity? Activity { get; }

    /// <summary>Cancelled when the client has closed it.</summary>
    public CancellationToken Closed { get; }

    /// <summary>The port at this end, as text.</summary>
    public string LocalPort { get; }

    /// <summary>The context that the connection's requests share over HTTP/1.1.</summary>
    public ProxyRequestContext? Request { get; set; }

    /// <summary>What gateways were last told of it. Never changed, only replaced: requests over HTTP/2 may do so at the same time.</summary>
    public FieldBlock? Forwarded { get; set; }

    /// <summary>The connection that the request came on.</summary>
    public static ClientConnection Of(HttpContext context) =>
        ProxyRequestContext.Find(context)?.Connection ?? context.Features.Find<ClientConnection>() ?? OfAddress(context);

    /// <summary>An IPv4 address as such, where it is written as IPv6.</summary>
    public static IPAddress Normalize(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Where there is no connection, as in tests of parts.</summary>
    private static ClientConnection OfAddress(HttpContext context) =>
        new(Listener.Desktop, context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, 0) : null, null);
}
