using System.Globalization;
using System.Net;
using OwlBoard.Forwarding.Features;
using OwlBoard.Forwarding.Transforms;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>The state that all requests of a connection share. Created when the connection is accepted.</summary>
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

    /// <summary>The listener that accepted the connection.</summary>
    public Listener Listener { get; }

    /// <summary>The remote address. An IPv4-mapped IPv6 address is stored as IPv4.</summary>
    public IPAddress Peer { get; }

    /// <summary>The remote address as text.</summary>
    public string PeerText { get; }

    /// <summary>The observer of the connection's activity; <see langword="null"/> for a connection to the management port.</summary>
    public IConnectionActivity? Activity { get; }

    /// <summary>The token that is cancelled when the connection closes.</summary>
    public CancellationToken Closed { get; }

    /// <summary>The local port as text.</summary>
    public string LocalPort { get; }

    /// <summary>The context that the requests of an HTTP/1.1 connection share.</summary>
    public ProxyRequestContext? Request { get; set; }

    /// <summary>The fields last sent to a gateway. Immutable: concurrent HTTP/2 requests replace it.</summary>
    public FieldBlock? Forwarded { get; set; }

    /// <summary>Returns the connection of a request.</summary>
    public static ClientConnection Of(HttpContext context) =>
        ProxyRequestContext.Find(context)?.Connection ?? context.Features.Find<ClientConnection>() ?? OfAddress(context);

    /// <summary>Returns an IPv4-mapped IPv6 address as IPv4, and any other address unchanged.</summary>
    public static IPAddress Normalize(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Returns a substitute for a request without a connection, as in unit tests.</summary>
    private static ClientConnection OfAddress(HttpContext context) =>
        new(Listener.Desktop, context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, 0) : null, null);
}
