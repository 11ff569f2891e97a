using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// Selects the healthy destinations. If none is healthy, all are used (panic mode): a gateway that may work is better
/// than a certain refusal.
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

        // A drained gateway stays out as long as any other gateway exists.
        var notDrained = allDestinations.Where(destination => gateways.Of(destination).Condition.State != GatewayState.Drained).ToArray();
        return notDrained.Length > 0 ? notDrained : allDestinations;
    }
}
