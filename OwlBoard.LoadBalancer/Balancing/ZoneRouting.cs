using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// Prefers gateways of the load balancer's own zone. How requests are divided is worked out once for each list of
/// available destinations, which is a new one whenever a gateway's state changes.
/// </summary>
internal sealed partial class ZoneRouting(GatewayRegistry gateways, HashKey keys, IOptionsMonitor<BalancingOptions> options, ILogger<ZoneRouting> logger) : IClusterChangeListener
{
    private volatile ZoneSplit? _split;

    /// <summary>Returns the destinations of the zone that the request goes to.</summary>
    public IReadOnlyList<DestinationState> Narrow(HttpContext context, IReadOnlyList<DestinationState> available)
    {
        var settings = options.CurrentValue;
        if (settings.Zone is not { Length: > 0 } zone)
        {
            return available;
        }

        var split = SplitOf(zone, available);
        // The zone of a key must not change from one request to the next.
        return settings.Algorithm == Algorithms.ConsistentHash ? split.Of(keys.Of(context)) : split.Next();
    }

    /// <summary>Who requests with this key are divided among, the same ones each time.</summary>
    public IReadOnlyList<DestinationState> Of(ulong key, IReadOnlyList<DestinationState> available) =>
        options.CurrentValue.Zone is { Length: > 0 } zone ? SplitOf(zone, available).Of(key) : available;

    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    public void OnClusterChanged(ClusterState cluster)
    {
        // Weights and zones are known only now; a request may have seen the new list before.
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

    [LoggerMessage(1, LogLevel.Warning, "No gateway is in this load balancer's zone {Zone}: all requests go to other zones")]
    private partial void LogNoGatewayInZone(string zone);
}
