using Microsoft.Net.Http.Headers;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>Sets the fields that a gateway and a client receive from the load balancer.</summary>
internal sealed class GatewayTransforms(ClientAddress client) : IExchangeTransform
{
    /// <summary>RFC 7239. The load balancer does not append to it: services that read it would trust what the client wrote.</summary>
    private const string Forwarded = "Forwarded";

    public void TransformRequest(HttpContext context, UpstreamRequest request)
    {
        var connection = ClientConnection.Of(context);
        var address = client.Of(context, connection);
        ReadOnlySpan<KeyValuePair<string, string>> fields =
        [
            new("X-Real-IP", ReferenceEquals(address, connection.Peer) ? connection.PeerText : address.ToString()),
            new("X-Forwarded-For", ClientAddress.ForwardedFor(context, connection)),
            new("X-Forwarded-Proto", client.Scheme(context)),
            new("X-Forwarded-Host", client.Host(context, connection)),
            new("X-Forwarded-Port", client.Port(context, connection)),
            new(HeaderNames.Via, LoopGuard.Via(context)),
        ];
        // Nearly always the fields of the connection's last request.
        request.SetFields(connection.Forwarded is { } last && last.IsOf(fields) ? last : connection.Forwarded = new FieldBlock(fields));
        if (context.Request.Headers.ContainsKey(Forwarded) && !client.IsTrusted(connection.Peer))
        {
            request.RemoveField(Forwarded);
        }
    }

    public void TransformResponse(HttpContext context)
    {
        ResponseHeaders.Apply(context);
        context.Response.Headers[ResponseHeaders.UpstreamServer] = ProxyRequestContext.Of(context).Gateway?.Name;
    }
}
