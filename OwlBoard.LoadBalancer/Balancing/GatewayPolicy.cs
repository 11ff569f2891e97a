using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// What all algorithms share. The request is counted at the moment of the pick, so that a burst does not herd onto the
/// gateway that was idle when it began. No algorithm takes a lock or allocates.
/// </summary>
internal abstract class GatewayPolicy(GatewayRegistry gateways, LiveOptions options) : ILoadBalancingPolicy
{
    public abstract string Name { get; }

    /// <summary>The options in force.</summary>
    protected LoadBalancerOptions Options => options.Current;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        if (availableDestinations.Count == 0)
        {
            return null;
        }

        var gateway = Pick(context, gateways.Of(availableDestinations));
        ProxiedRequest.Of(context).Acquired(gateway);
        return gateway.Destination;
    }

    /// <summary>Picks one of at least one gateway and counts the request there.</summary>
    protected abstract Gateway Pick(HttpContext context, ReadOnlySpan<Gateway> available);
}
