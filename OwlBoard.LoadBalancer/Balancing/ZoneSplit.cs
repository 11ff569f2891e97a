using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// How the requests are divided between the own zone and the others, for one list of destinations. As with Envoy's
/// priority levels, a zone can take its healthy share times an overprovisioning factor, at most everything: while it has
/// that much to spare, failures in it move nothing. What the own zone cannot take spills over; where the others cannot
/// take that either, both get what they can in proportion.
/// </summary>
internal sealed class ZoneSplit
{
    /// <summary>Envoy's default: the own zone keeps all traffic until less than 1 / 1.4 = 71 % of it is healthy.</summary>
    public const double OverprovisioningFactor = 1.4;

    /// <summary>The whole as a fixed-point number: 2^64.</summary>
    private const double Whole = 18446744073709551616.0;

    private readonly IReadOnlyList<DestinationState> _own;
    private readonly IReadOnlyList<DestinationState> _others;
    private readonly IReadOnlyList<DestinationState>? _undivided;
    private readonly ulong _step;

    /// <summary>
    /// The error that the division has run up. It begins with a half, so that after n requests the own zone has had n
    /// times its share, rounded.
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

    /// <summary>The own zone.</summary>
    public string Zone { get; }

    /// <summary>The list that is divided.</summary>
    public IReadOnlyList<DestinationState> Destinations { get; }

    /// <summary>Divides the destinations in rotation, of all those there are.</summary>
    public static ZoneSplit Create(
        string zone, IReadOnlyList<DestinationState> available, IReadOnlyList<DestinationState> all, GatewayRegistry gateways)
    {
        var own = CapacityOf(all.Select(gateways.Of).Where(gateway => gateway.Zone == zone));
        var others = CapacityOf(all.Select(gateways.Of).Where(gateway => gateway.Zone != zone));
        // Not a number if none is healthy anywhere: then there is nothing to prefer (panic).
        return new ZoneSplit(zone, available, gateways, own + others >= 1 ? own : own / (own + others));
    }

    /// <summary>
    /// Who the next request is divided among. By error diffusion rather than at random: the proportion is exact over any
    /// run of requests, and it costs one atomic addition.
    /// </summary>
    public IReadOnlyList<DestinationState> Next()
    {
        if (_undivided is not null)
        {
            return _undivided;
        }

        // An addition that overflows has completed one more request of the own zone.
        return Interlocked.Add(ref _error, _step) < _step ? _own : _others;
    }

    /// <summary>Who requests with this key are divided among: the same part of the keys stays, and always the same keys.</summary>
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
