using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>Maps YARP destinations to their <see cref="Gateway"/> and lists the gateways in use.</summary>
internal sealed class GatewayRegistry(TimeProvider time) : IClusterChangeListener
{
    private readonly ConditionalWeakTable<DestinationState, Gateway> _gateways = [];
    private readonly ConditionalWeakTable<IReadOnlyList<DestinationState>, GatewayList> _lists = [];
    private volatile GatewayList? _lastList;
    private volatile ClusterState? _cluster;

    /// <summary>The cluster of all gateways; <see langword="null"/> before the configuration is loaded.</summary>
    public ClusterState? Cluster => _cluster;

    /// <summary>The gateways in use, in natural order: <c>api-gateway-2</c> before <c>api-gateway-10</c>.</summary>
    public IReadOnlyList<Gateway> All =>
        _cluster is { } cluster
            ? [.. cluster.DestinationsState.AllDestinations.Select(Of)
                .OrderBy(gateway => gateway.Name.Length).ThenBy(gateway => gateway.Name, StringComparer.Ordinal)]
            : [];

    /// <summary>The number of active requests of all gateways.</summary>
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

    /// <summary>Returns the gateway of the destination. A lookup is lock-free and does not allocate.</summary>
    public Gateway Of(DestinationState destination) =>
        _gateways.TryGetValue(destination, out var gateway) ? gateway : Add(destination);

    /// <summary>Returns the gateways of the destinations, in the same order. YARP never changes a list.</summary>
    public ReadOnlySpan<Gateway> Of(IReadOnlyList<DestinationState> destinations)
    {
        // The list is nearly always that of the previous request; a lookup in the table takes at least 0.2 us.
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
