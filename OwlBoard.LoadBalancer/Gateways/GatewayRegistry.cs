using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>Finds the <see cref="Gateway"/> of a YARP destination, and all of those in use.</summary>
internal sealed class GatewayRegistry(TimeProvider time) : IClusterChangeListener
{
    private readonly ConditionalWeakTable<DestinationState, Gateway> _gateways = [];
    private readonly ConditionalWeakTable<IReadOnlyList<DestinationState>, GatewayList> _lists = [];
    private volatile GatewayList? _lastList;
    private volatile ClusterState? _cluster;

    /// <summary>The cluster of all gateways; <see langword="null"/> before the configuration is loaded.</summary>
    public ClusterState? Cluster => _cluster;

    /// <summary>The gateways in use, as people count them: <c>api-gateway-2</c> before <c>api-gateway-10</c>.</summary>
    public IReadOnlyList<Gateway> All =>
        _cluster is { } cluster
            ? [.. cluster.DestinationsState.AllDestinations.Select(Of)
                .OrderBy(gateway => gateway.Name.Length).ThenBy(gateway => gateway.Name, StringComparer.Ordinal)]
            : [];

    /// <summary>The requests that all of them are serving.</summary>
    public int Active
    {
        get
        {
            var active = 0;
            if (_cluster is { } cluster)
            {
                foreach (var gateway in Of(cluster.DestinationsState.AllDestinations))
                {
                    active += gateway.Active;
                }
            }

            return active;
        }
    }

    /// <summary>The gateway that the destination is. Reading is lock-free and allocates nothing.</summary>
    public Gateway Of(DestinationState destination) =>
        _gateways.TryGetValue(destination, out var gateway) ? gateway : Add(destination);

    /// <summary>The gateways that the destinations are, in their order. YARP's lists do not change, a change makes another one.</summary>
    public ReadOnlySpan<Gateway> Of(IReadOnlyList<DestinationState> destinations)
    {
        // Nearly always that of the request before; in the table it takes 0.2 us and more to find it.
        var list = _lastList;
        if (list?.Destinations != destinations)
        {
            _lastList = list = _lists.TryGetValue(destinations, out var known) ? known : Add(destinations);
        }

        return list.Gateways;
    }

    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    public void OnClusterChanged(ClusterState cluster)
    {
        _cluster = cluster;
        foreach (var destination in cluster.DestinationsState.AllDestinations)
        {
            Of(destination).Configure(destination.Model.Config);
        }
    }

    public void OnClusterRemoved(ClusterState cluster) => _cluster = null;

    private Gateway Add(DestinationState destination)
    {
        var gateway = _gateways.GetValue(destination, added => new Gateway(added, time));
        if (destination.Model is { } model)
        {
            gateway.Configure(model.Config);
        }

        return gateway;
    }

    private GatewayList Add(IReadOnlyList<DestinationState> destinations) =>
        _lists.GetValue(destinations, added => new GatewayList(added, [.. added.Select(Of)]));

    private sealed record GatewayList(IReadOnlyList<DestinationState> Destinations, Gateway[] Gateways);
}
