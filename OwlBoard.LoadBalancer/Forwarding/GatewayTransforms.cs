using System.Globalization;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Retry;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>What the load balancer changes in requests and responses on their way.</summary>
internal sealed class GatewayTransforms(ClientAddress client, RetryPolicy retries) : IExchangeTransform
{
    public void TransformRequest(HttpContext context, UpstreamRequest request)
    {
        request.SetField("X-Real-IP", client.Of(context).ToString());
        request.SetField("X-Forwarded-For", ClientAddress.ForwardedFor(context));
        request.SetField("X-Forwarded-Proto", client.Scheme(context));
        request.SetField("X-Forwarded-Host", context.Request.Host.Value ?? "");
        request.SetField("X-Forwarded-Port", context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture));
    }

    public bool TransformResponse(HttpContext context)
    {
        var request = ProxiedRequest.Of(context);
        request.HeadReceived();
        ResponseHeaders.Apply(context);
        context.Response.Headers[ResponseHeaders.UpstreamServer] = request.Gateway?.Name;
        return TryOutcome.OfAnswer(context.Response) is not { IsFailure: true } failure
            || !retries.TryClaim(context, request, failure);
    }
}
