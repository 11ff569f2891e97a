using System.Collections.Immutable;
using System.Globalization;
using OwlBoard.LoadBalancer.Balancing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>
/// The load balancer's state of one gateway beyond YARP's <see cref="DestinationState"/>: load, share, and health with
/// its reasons. The request path takes no lock.
/// </summary>
internal sealed class Gateway(DestinationState destination, TimeProvider time)
{
    public const string WeightKey = "Weight";
    public const string ZoneKey = "Zone";

    /// <summary>The virtual time that a request costs at weight 1; precise enough for weights from 0.001 to 1000.</summary>
    private const double CostOfOneRequest = 1 << 20;

    /// <summary>
    /// The initial ramp of a returning gateway: a tenth of its share. Without any traffic it would never warm up.
    /// </summary>
    private const double SmallestRamp = 0.1;

    private readonly Lock _configuration = new();
    private DestinationConfig? _configured;
    private int _active;
    private long _virtualFinish;
    private long _rampStart;

    /// <summary>YARP's state of the gateway.</summary>
    public DestinationState Destination => destination;

    /// <summary>The gateway's name in header fields, logs and metrics.</summary>
    public string Name => destination.DestinationId;

    /// <summary>The stable hash of the name, for <c>consistent_hash</c> and affinity by address.</summary>
    public ulong NameHash { get; } = StableHash.Of(destination.DestinationId);

    /// <summary>A list with this gateway as its only item, cached so that a request does not allocate it.</summary>
    public ImmutableArray<Gateway> Alone => field.IsDefault ? field = [this] : field;

    /// <summary>The gateway's address, without a trailing slash.</summary>
    public string Address => destination.Model?.Config.Address.TrimEnd('/') ?? "";

    /// <summary>The gateway's weight relative to the other gateways.</summary>
    public double Weight { get; private set; } = 1;

    /// <summary>The gateway's zone; <see langword="null"/> if none is configured.</summary>
    public string? Zone { get; private set; }

    /// <summary>The number of active requests, open WebSockets included.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>The virtual time at which the turn of the last request ends; see <see cref="VirtualClock"/>.</summary>
    public long VirtualFinish => Volatile.Read(ref _virtualFinish);

    /// <summary>The gateway's health. Writers take its lock; readers do not.</summary>
    public GatewayCondition Condition { get; } = new();

    /// <summary>The counters for the status page and the metrics.</summary>
    public GatewayStatistics Statistics { get; } = new(time);

    /// <summary>Applies the current configuration of the gateway.</summary>
    public void Configure(DestinationConfig configuration)
    {
        lock (_configuration)
        {
            if (ReferenceEquals(_configured, configuration))
            {
                return;
            }

            _configured = configuration;
            Weight = configuration.Metadata?.GetValueOrDefault(WeightKey) is { } weight
                ? double.Parse(weight, CultureInfo.InvariantCulture)
                : 1;
            Zone = configuration.Metadata?.GetValueOrDefault(ZoneKey);
        }
    }

    /// <summary>Increments the number of active requests if it is still <paramref name="seen"/>.</summary>
    public bool TryAcquire(int seen) => Interlocked.CompareExchange(ref _active, seen + 1, seen) == seen;

    /// <summary>Increments the number of active requests.</summary>
    public void Acquire() => Interlocked.Increment(ref _active);

    /// <summary>Decrements the number of active requests.</summary>
    public void Release() => Interlocked.Decrement(ref _active);

    /// <summary>
    /// Assigns a turn that begins at <paramref name="start"/>; its length is inversely proportional to the share.
    /// </summary>
    public void TakeTurn(long start, double share) =>
        Volatile.Write(ref _virtualFinish, FinishOf(start, share));

    /// <summary>
    /// Assigns a turn as <see cref="TakeTurn"/> does if the last turn still ends at <paramref name="seenFinish"/>; otherwise
    /// the caller must pick again.
    /// </summary>
    public bool TryTakeTurn(long seenFinish, long start, double share) =>
        Interlocked.CompareExchange(ref _virtualFinish, FinishOf(start, share), seenFinish) == seenFinish;

    /// <summary>Begins the slow start.</summary>
    public void BeginRamp() => Volatile.Write(ref _rampStart, Math.Max(1, time.GetTimestamp()));

    /// <summary>Returns the fraction of the weight in effect: 1, or less during the slow start.</summary>
    public double Ramp(TimeSpan slowStart)
    {
        var start = Volatile.Read(ref _rampStart);
        if (start == 0)
        {
            return 1;
        }

        var progress = slowStart > TimeSpan.Zero ? time.GetElapsedTime(start) / slowStart : 1;
        if (progress < 1)
        {
            return Math.Max(SmallestRamp, progress);
        }

        Interlocked.CompareExchange(ref _rampStart, 0, start);
        return 1;
    }

    private static long FinishOf(long start, double share) => start + (long)(CostOfOneRequest / share);
}
