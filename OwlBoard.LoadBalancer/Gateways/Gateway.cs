using System.Collections.Immutable;
using System.Globalization;
using OwlBoard.LoadBalancer.Balancing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>
/// What the load balancer knows of one gateway beyond YARP's <see cref="DestinationState"/>: its load, its share, and
/// its health with the reasons. Everything on the way of a request is lock-free.
/// </summary>
internal sealed class Gateway(DestinationState destination, TimeProvider time)
{
    public const string WeightKey = "Weight";
    public const string ZoneKey = "Zone";

    /// <summary>Virtual time that one request of weight 1 costs; fine enough for weights from 0.001 to 1000.</summary>
    private const double CostOfOneRequest = 1 << 20;

    /// <summary>A gateway that comes back starts with a tenth of its share: nothing would never warm it up.</summary>
    private const double SmallestRamp = 0.1;

    private readonly Lock _configuration = new();
    private DestinationConfig? _configured;
    private int _active;
    private long _virtualFinish;
    private long _rampStart;

    /// <summary>YARP's view of it.</summary>
    public DestinationState Destination => destination;

    /// <summary>The name in headers, logs and metrics.</summary>
    public string Name => destination.DestinationId;

    /// <summary>The name's hash, by which keys find it.</summary>
    public ulong NameHash { get; } = StableHash.Of(destination.DestinationId);

    /// <summary>A list of it alone, so that not each request makes one.</summary>
    public ImmutableArray<Gateway> Alone => field.IsDefault ? field = [this] : field;

    /// <summary>Where it is.</summary>
    public string Address => destination.Model?.Config.Address.TrimEnd('/') ?? "";

    /// <summary>Its share in relation to the others'.</summary>
    public double Weight { get; private set; } = 1;

    /// <summary>The zone it is in; <see langword="null"/> if none is configured.</summary>
    public string? Zone { get; private set; }

    /// <summary>Requests picked for it that have not ended; open WebSockets count.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>The virtual time at which its last request's turn is over; see <see cref="VirtualClock"/>.</summary>
    public long VirtualFinish => Volatile.Read(ref _virtualFinish);

    /// <summary>Its health; guarded by a lock of its own, read by anyone.</summary>
    public GatewayCondition Condition { get; } = new();

    /// <summary>Counters for status and metrics.</summary>
    public GatewayStatistics Statistics { get; } = new(time);

    /// <summary>Takes over what the configuration says of it now.</summary>
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

    /// <summary>Counts one more request if the count is still what the picker saw; otherwise the pick is to be made again.</summary>
    public bool TryAcquire(int seen) => Interlocked.CompareExchange(ref _active, seen + 1, seen) == seen;

    /// <summary>Counts one more request.</summary>
    public void Acquire() => Interlocked.Increment(ref _active);

    /// <summary>Counts one request less.</summary>
    public void Release() => Interlocked.Decrement(ref _active);

    /// <summary>Gives it a turn that begins at <paramref name="start"/> and lasts the shorter, the larger its share is.</summary>
    public void TakeTurn(long start, double share) =>
        Volatile.Write(ref _virtualFinish, FinishOf(start, share));

    /// <summary>
    /// Gives it a turn as <see cref="TakeTurn"/> does, if its last one still ends when the picker saw it to; otherwise the
    /// pick is to be made again.
    /// </summary>
    public bool TryTakeTurn(long seenFinish, long start, double share) =>
        Interlocked.CompareExchange(ref _virtualFinish, FinishOf(start, share), seenFinish) == seenFinish;

    /// <summary>Begins the slow start.</summary>
    public void BeginRamp() => Volatile.Write(ref _rampStart, Math.Max(1, time.GetTimestamp()));

    /// <summary>How much of its weight it gets now: 1, or less while it is starting slowly.</summary>
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
