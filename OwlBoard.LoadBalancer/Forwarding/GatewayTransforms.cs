using Microsoft.Net.Http.Headers;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Retry;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>What the load balancer changes in requests and responses on their way.</summary>
internal sealed class GatewayTransforms(ClientAddress client, RetryPolicy retries) : IExchangeTransform
{
    /// <summary>RFC 7239. Not extended here: services that read it would trust what the client wrote.</summary>
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
        // As good as always those of the connection's last request.
        request.SetFields(connection.Forwarded is { } last && last.IsOf(fields) ? last : connection.Forwarded = new FieldBlock(fields));
        if (context.Request.Headers.ContainsKey(Forwarded) && !client.IsTrusted(connection.Peer))
        {
            request.RemoveField(Forwarded);
        }
    }

    public bool TransformResponse(HttpContext context)
    {
        var request = ProxiedRequest.Of(context);
        var outcome = request.HeadReceived(context.Response);
        ResponseHeaders.Apply(context);
        context.Response.Headers[ResponseHeaders.UpstreamServer] = request.Gateway?.Name;
        return !outcome.IsFailure || !retries.TryClaim(context, request, outcome);
    }
}
