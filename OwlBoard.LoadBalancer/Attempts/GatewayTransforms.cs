using Microsoft.Net.Http.Headers;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>Sets the header fields that the load balancer adds to requests and responses.</summary>
internal sealed class GatewayTransforms(ClientAddress client) : IExchangeTransform
{
    /// <summary>The field of RFC 7239. It is removed unless a trusted proxy sent it: services might trust it.</summary>
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
        // The fields are nearly always those of the connection's previous request.
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
