using OwlBoard.LoadBalancer.Affinity;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>Picks the gateway of an attempt by client affinity, otherwise by the load-balancing algorithm in the zone.</summary>
internal sealed class GatewayPicker(
    GatewayRegistry gateways, ClientAffinity affinity, ZoneRouting zones, IEnumerable<ILoadBalancingPolicy> policies)
{
    private readonly GatewayPolicy[] _policies = [.. policies.OfType<GatewayPolicy>()];

    /// <summary>Picks one of the candidates and begins the attempt.</summary>
    /// <returns>The picked destination; <see langword="null"/> if there is no candidate.</returns>
    public DestinationState? Pick(
        HttpContext context, ProxyRequestContext request, ClusterModel cluster, IReadOnlyList<DestinationState> candidates)
    {
        if (candidates.Count > 1)
        {
            if (affinity.Find(context, request, candidates) is { } bound)
            {
                return Begin(request, bound);
            }

            // A retry may go to any zone, since the zone itself may have failed.
            if (request.Attempted.IsEmpty)
            {
                candidates = zones.Narrow(context, candidates);
            }
        }

        return candidates.Count switch
        {
            0 => null,
            1 => Begin(request, candidates[0]),
            _ => Begin(request, PolicyOf(cluster).Pick(context, candidates)),
        };
    }

    private DestinationState Begin(ProxyRequestContext request, DestinationState destination)
    {
        var gateway = gateways.Of(destination);
        gateway.Acquire();
        return Begin(request, gateway);
    }

    private static DestinationState Begin(ProxyRequestContext request, Gateway acquired)
    {
        request.BeginAttempt(acquired);
        return acquired.Destination;
    }

    private GatewayPolicy PolicyOf(ClusterModel cluster)
    {
        var name = cluster.Config.LoadBalancingPolicy;
        foreach (var policy in _policies)
        {
            if (policy.Name == name)
            {
                return policy;
            }
        }

        throw new InvalidOperationException($"The load-balancing algorithm '{name}' is not registered.");
    }
}
