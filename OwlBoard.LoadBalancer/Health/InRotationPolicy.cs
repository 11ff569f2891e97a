using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// The destinations that take traffic: the healthy ones. When there is none, all of them (panic mode): a gateway that
/// may work is better than a refusal that is certain.
/// </summary>
internal sealed class InRotationPolicy(GatewayRegistry gateways) : IAvailableDestinationsPolicy
{
    public const string PolicyName = "in_rotation";

    public string Name => PolicyName;

    public IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations)
    {
        var healthy = allDestinations.Where(destination => gateways.Of(destination).Condition.State == GatewayState.Healthy).ToArray();
        if (healthy.Length > 0)
        {
            return healthy;
        }

        // What an operator took out stays out as long as there is anything else.
        var notDrained = allDestinations.Where(destination => gateways.Of(destination).Condition.State != GatewayState.Drained).ToArray();
        return notDrained.Length > 0 ? notDrained : allDestinations;
    }
}
