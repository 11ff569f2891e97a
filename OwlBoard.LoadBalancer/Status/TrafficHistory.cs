using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>
/// The traffic of the last minutes, for the status page. It samples existing counters, so requests have no additional
/// cost. Each gateway takes about 50 KB, regardless of the traffic.
/// </summary>
internal sealed class TrafficHistory
{
    /// <summary>The time between two samples.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    /// <summary>The number of steps in the history: five minutes.</summary>
    public const int Steps = 150;

    /// <summary>The number of steps in a minute.</summary>
    public const int StepsPerMinute = 30;

    private readonly Lock _lock = new();
    private readonly GatewayRegistry _registry;
    private readonly RequestTotals _totals;
    private readonly StateJournal _journal;
    private readonly TimeProvider _time;
    private readonly Dictionary<Gateway, GatewayHistory> _gateways = [];
    private readonly Ring<DateTimeOffset> _times = new(Steps);
    private readonly Ring<TrafficStep> _steps = new(Steps);
    private readonly Ring<double> _retries = new(Steps);
    private readonly Ring<double> _refusals = new(Steps);
    private long _sampled;
    private long _seenErrors;
    private long _seenRetries;
    private long _seenRefusals;

    public TrafficHistory(GatewayRegistry registry, LoadBalancerMetrics metrics, StateJournal journal, TimeProvider time)
    {
        _registry = registry;
        _totals = metrics.Totals;
        _journal = journal;
        _time = time;
        _sampled = time.GetTimestamp();
    }

    /// <summary>Adds a step with the traffic since the last one.</summary>
    public void Sample()
    {
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var seconds = _time.GetElapsedTime(_sampled, now).TotalSeconds;
            if (seconds <= 0)
            {
                return;
            }

            _sampled = now;
            var retries = Since(ref _seenRetries, _totals.Retries);
            var attempts = SampleGateways(seconds, out var latencies);
            _steps.Add(new TrafficStep(
                // Attempts are counted at their end, retries at their start: the difference may be negative.
                Math.Max(0, attempts - retries) / seconds,
                Since(ref _seenErrors, _totals.ServerErrors) / seconds,
                _registry.Active,
                GatewayHistory.Milliseconds(latencies, 0.5),
                GatewayHistory.Milliseconds(latencies, 0.99)));
            _retries.Add(retries / seconds);
            _refusals.Add(Since(ref _seenRefusals, _totals.Refusals) / seconds);
            _times.Add(_time.GetUtcNow());
        }
    }

    /// <summary>Returns all steps.</summary>
    public HistoryStatus Read()
    {
        lock (_lock)
        {
            return new HistoryStatus(
                Step.TotalSeconds,
                [.. _times.Select(time => time.ToUnixTimeMilliseconds())],
                HistoryStatus.Series.Of(_steps, _times.Count),
                HistoryStatus.Rounded(_retries),
                HistoryStatus.Rounded(_refusals),
                [.. _registry.All.Where(_gateways.ContainsKey).Select(gateway => HistoryStatus.GatewaySeries.Of(gateway.Name, _gateways[gateway], _times.Count))],
                [.. _journal.Changes.Reverse().Select(HistoryStatus.Change.Of)]);
        }
    }

    /// <summary>Returns the quantiles of a gateway's last minute, up to now.</summary>
    public DetailedStatus.LatencyStatus LastMinute(Gateway gateway)
    {
        Span<int> counts = stackalloc int[LatencyHistogram.Buckets];
        lock (_lock)
        {
            if (_gateways.TryGetValue(gateway, out var history))
            {
                history.ReadLastMinute(counts);
            }
            else
            {
                gateway.Statistics.Latency.CopyTo(counts);
            }
        }

        return new DetailedStatus.LatencyStatus(
            GatewayHistory.Milliseconds(counts, 0.5), GatewayHistory.Milliseconds(counts, 0.95), GatewayHistory.Milliseconds(counts, 0.99));
    }

    private long SampleGateways(double seconds, out int[] latencies)
    {
        latencies = new int[LatencyHistogram.Buckets];
        var attempts = 0L;
        var gateways = _registry.All;
        foreach (var gone in _gateways.Keys.Except(gateways).ToArray())
        {
            _gateways.Remove(gone);
        }

        foreach (var gateway in gateways)
        {
            if (!_gateways.TryGetValue(gateway, out var history))
            {
                _gateways[gateway] = history = new GatewayHistory(gateway);
            }

            attempts += history.Sample(seconds, latencies);
        }

        return attempts;
    }

    private static long Since(ref long seen, long now)
    {
        var difference = now - seen;
        seen = now;
        return difference;
    }
}
