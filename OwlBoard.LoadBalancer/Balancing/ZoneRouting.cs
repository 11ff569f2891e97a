using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// Prefers gateways of the load balancer's own zone. The split is computed once for each list of available destinations;
/// YARP creates a new list when a gateway's state changes.
/// </summary>
internal sealed partial class ZoneRouting(GatewayRegistry gateways, HashKey keys, IOptionsMonitor<BalancingOptions> options, ILogger<ZoneRouting> logger) : IClusterChangeListener
{
    private volatile ZoneSplit? _split;

    /// <summary>Returns the available destinations of the zone selected for the request.</summary>
    public IReadOnlyList<DestinationState> Narrow(HttpContext context, IReadOnlyList<DestinationState> available)
    {
        var settings = options.CurrentValue;
        if (settings.Zone is not { Length: > 0 } zone)
        {
            return available;
        }

        var split = SplitOf(zone, available);
        // The zone of a key must not change between requests.
        return settings.Algorithm == Algorithms.ConsistentHash ? split.Of(keys.Of(context)) : split.Next();
    }

    /// <summary>Returns the available destinations of the zone selected for the key, always the same zone.</summary>
    public IReadOnlyList<DestinationState> Of(ulong key, IReadOnlyList<DestinationState> available) =>
        options.CurrentValue.Zone is { Length: > 0 } zone ? SplitOf(zone, available).Of(key) : available;

    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    public void OnClusterChanged(ClusterState cluster)
    {
        // Weights and zones are set only now; a request may have computed a split for the new list before.
        _split = null;
        if (options.CurrentValue.Zone is { Length: > 0 } zone && gateways.All.All(gateway => gateway.Zone != zone))
        {
            LogNoGatewayInZone(zone);
        }
    }

    public void OnClusterRemoved(ClusterState cluster) => _split = null;

    private ZoneSplit SplitOf(string zone, IReadOnlyList<DestinationState> available)
    {
        if (_split is { } split && ReferenceEquals(split.Destinations, available) && split.Zone == zone)
        {
            return split;
        }

        return _split = ZoneSplit.Create(zone, available, gateways.Cluster?.DestinationsState.AllDestinations ?? available, gateways);
    }

    [LoggerMessage(1, LogLevel.Warning, "No gateway is in the load balancer's zone {Zone}; all requests go to other zones.")]
    private partial void LogNoGatewayInZone(string zone);
}
