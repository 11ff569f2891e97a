using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// What all algorithms share. The request is counted at the moment of the pick, so that a burst does not herd onto the
/// gateway that was idle when it began. No algorithm takes a lock or allocates.
/// </summary>
internal abstract class GatewayPolicy(GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> options) : ILoadBalancingPolicy
{
    public abstract string Name { get; }

    /// <summary>The options in force.</summary>
    protected BalancingOptions Options => options.CurrentValue;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations) =>
        availableDestinations.Count == 0 ? null : Pick(context, availableDestinations).Destination;

    /// <summary>Picks one of at least one destination and counts the request there.</summary>
    public Gateway Pick(HttpContext context, IReadOnlyList<DestinationState> available) => Pick(context, gateways.Of(available));

    /// <summary>Picks one of at least one gateway and counts the request there.</summary>
    protected abstract Gateway Pick(HttpContext context, ReadOnlySpan<Gateway> available);
}
