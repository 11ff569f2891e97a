using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Retry;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>What the load balancer changes in requests and responses on their way.</summary>
internal sealed class GatewayTransforms(ClientAddress client, RetryPolicy retries) : IExchangeTransform
{
    public void TransformRequest(HttpContext context, UpstreamRequest request) =>
        request.SetFields(ForwardedFields.Of(context, client).Block);

    public bool TransformResponse(HttpContext context)
    {
        var request = ProxiedRequest.Of(context);
        var outcome = request.HeadReceived(context.Response);
        ResponseHeaders.Apply(context);
        context.Response.Headers[ResponseHeaders.UpstreamServer] = request.Gateway?.Name;
        return !outcome.IsFailure || !retries.TryClaim(context, request, outcome);
    }
}
