using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The base class of all load-balancing policies. A request is counted when its gateway is picked, so that a burst does
/// not herd onto the gateway that was idle at its start. No policy takes a lock or allocates.
/// </summary>
internal abstract class GatewayPolicy(GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> options) : ILoadBalancingPolicy
{
    public abstract string Name { get; }

    /// <summary>The current options.</summary>
    protected BalancingOptions Options => options.CurrentValue;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations) =>
        availableDestinations.Count == 0 ? null : Pick(context, availableDestinations).Destination;

    /// <summary>Picks a gateway from a non-empty list of destinations and increments its active requests.</summary>
    public Gateway Pick(HttpContext context, IReadOnlyList<DestinationState> available) => Pick(context, gateways.Of(available));

    /// <summary>Picks a gateway from a non-empty list and increments its active requests.</summary>
    protected abstract Gateway Pick(HttpContext context, ReadOnlySpan<Gateway> available);
}
