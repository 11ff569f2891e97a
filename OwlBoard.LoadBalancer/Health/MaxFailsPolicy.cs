using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// Reports each failed try to <see cref="GatewayHealth"/>: connect error, timeout, reset, or an answer of 502, 503, 504.
/// A client that went away is nobody's failure, and a service that is down not the gateway's.
/// </summary>
internal sealed class MaxFailsPolicy(GatewayHealth health) : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "max_fails";

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        var request = ProxiedRequest.Of(context);
        if (request.Gateway is { } gateway && request.ConcludeTry(context) is { IsFailure: true, IsServiceFault: false } outcome)
        {
            health.ReportFailure(gateway, outcome.Reason);
        }
    }
}
