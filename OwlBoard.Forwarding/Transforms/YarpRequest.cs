using OwlBoard.Forwarding.Targets;
using Yarp.ReverseProxy.Transforms;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>The request that YARP's own forwarder sends.</summary>
internal sealed class YarpRequest(RequestTransformContext transform) : UpstreamRequest
{
    public override string Address => transform.DestinationPrefix;

    public override string? Host
    {
        get => transform.ProxyRequest.Headers.Host;
        set => transform.ProxyRequest.Headers.Host = value;
    }

    public override void SetTarget(RequestTarget target) => transform.ProxyRequest.RequestUri = target.At(transform.DestinationPrefix);

    public override void SetField(string name, string value)
    {
        RequestTransform.RemoveHeader(transform, name);
        RequestTransform.AddHeader(transform, name, value);
    }

    public override void RemoveField(string name) => RequestTransform.RemoveHeader(transform, name);
}
