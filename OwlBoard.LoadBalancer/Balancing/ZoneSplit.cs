using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The split of requests between the own zone and the others, for one list of destinations. As with Envoy's priority
/// levels, the capacity of a zone is its healthy share times an overprovisioning factor, at most 1: failures within that
/// margin move no requests. Requests beyond the capacity of the own zone go to the others; if their capacity does not
/// suffice either, the requests are split in proportion to the capacities.
/// </summary>
internal sealed class ZoneSplit
{
    /// <summary>Envoy's default: the own zone gets all requests until less than 1 / 1.4 = 71 % of it is healthy.</summary>
    public const double OverprovisioningFactor = 1.4;

    /// <summary>The value 1 as a fixed-point number: 2^64.</summary>
    private const double Whole = 18446744073709551616.0;

    private readonly IReadOnlyList<DestinationState> _own;
    private readonly IReadOnlyList<DestinationState> _others;
    private readonly IReadOnlyList<DestinationState>? _undivided;
    private readonly ulong _step;

    /// <summary>
    /// The accumulated error of the split. It starts at one half, so that after n requests the own zone has received n times
    /// its share, rounded.
    /// </summary>
    private ulong _error = 1UL << 63;

    private ZoneSplit(string zone, IReadOnlyList<DestinationState> destinations, GatewayRegistry gateways, double ownShare)
    {
        Zone = zone;
        Destinations = destinations;
        _own = [.. destinations.Where(destination => gateways.Of(destination).Zone == zone)];
        _others = [.. destinations.Where(destination => gateways.Of(destination).Zone != zone)];
        _step = ownShare < 1 ? (ulong)(ownShare * Whole) : 0;
        _undivided = double.IsNaN(ownShare) ? destinations
            : _others.Count == 0 || (ownShare >= 1 && _own.Count > 0) ? _own
            : _own.Count == 0 ? _others
            : null;
    }

    /// <summary>The load balancer's own zone.</summary>
    public string Zone { get; }

    /// <summary>The list of destinations that is split.</summary>
    public IReadOnlyList<DestinationState> Destinations { get; }

    /// <summary>Creates the split of the available destinations; the capacities are computed from all destinations.</summary>
    public static ZoneSplit Create(
        string zone, IReadOnlyList<DestinationState> available, IReadOnlyList<DestinationState> all, GatewayRegistry gateways)
    {
        var own = CapacityOf(all.Select(gateways.Of).Where(gateway => gateway.Zone == zone));
        var others = CapacityOf(all.Select(gateways.Of).Where(gateway => gateway.Zone != zone));
        // NaN if no gateway of any zone is healthy: then no zone is preferred (panic mode).
        return new ZoneSplit(zone, available, gateways, own + others >= 1 ? own : own / (own + others));
    }

    /// <summary>
    /// Returns the destinations for the next request. Error diffusion instead of random numbers keeps the proportion exact
    /// over any run of requests, at the cost of one atomic addition.
    /// </summary>
    public IReadOnlyList<DestinationState> Next()
    {
        if (_undivided is not null)
        {
            return _undivided;
        }

        // An overflow assigns the request to the own zone.
        return Interlocked.Add(ref _error, _step) < _step ? _own : _others;
    }

    /// <summary>
    /// Returns the destinations for a key: a fixed set of keys, in proportion to the share, stays in the own zone.
    /// </summary>
    public IReadOnlyList<DestinationState> Of(ulong key) => _undivided ?? (key < _step ? _own : _others);

    private static double CapacityOf(IEnumerable<Gateway> gateways)
    {
        var (healthy, total) = (0.0, 0.0);
        foreach (var gateway in gateways)
        {
            total += gateway.Weight;
            healthy += gateway.Condition.State == GatewayState.Healthy ? gateway.Weight : 0;
        }

        return total > 0 ? Math.Min(1, healthy / total * OverprovisioningFactor) : 0;
    }
}
