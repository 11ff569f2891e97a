using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.ClientIdentity;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>What a gateway is told of a request's way to it. As good as always the same for all requests of a connection.</summary>
internal sealed class ForwardedFields
{
    private readonly string _address;
    private readonly string _forwardedFor;
    private readonly string _scheme;
    private readonly string _host;

    private ForwardedFields(string address, string forwardedFor, string scheme, string host, string port)
    {
        _address = address;
        _forwardedFor = forwardedFor;
        _scheme = scheme;
        _host = host;
        Block = new FieldBlock(
            new("X-Real-IP", address),
            new("X-Forwarded-For", forwardedFor),
            new("X-Forwarded-Proto", scheme),
            new("X-Forwarded-Host", host),
            new("X-Forwarded-Port", port));
    }

    /// <summary>They themselves.</summary>
    public FieldBlock Block { get; }

    /// <summary>Those of a request.</summary>
    public static ForwardedFields Of(HttpContext context, ClientAddress client)
    {
        var connection = ClientConnection.Of(context);
        var peer = client.Of(context, connection);
        var address = ReferenceEquals(peer, connection.Peer) ? connection.PeerText : peer.ToString();
        var forwardedFor = ClientAddress.ForwardedFor(context, connection);
        var scheme = client.Scheme(context);
        var host = context.Request.Headers.Host.ToString();
        return connection.Forwarded is { } last
            && last._address == address && last._forwardedFor == forwardedFor && last._scheme == scheme && last._host == host
            ? last
            : connection.Forwarded = new ForwardedFields(address, forwardedFor, scheme, host, connection.LocalPort);
    }
}
