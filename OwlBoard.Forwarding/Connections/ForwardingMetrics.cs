using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace OwlBoard.Forwarding.Connections;

/// <summary>The metrics of the upstream connections. The meter is <c>OwlBoard.Forwarding</c>.</summary>
public sealed class ForwardingMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "OwlBoard.Forwarding";

    /// <summary>The pools, held weakly: YARP does not notify when it drops a cluster's client.</summary>
    private readonly ConditionalWeakTable<ConnectionPool, object?> _pools = [];
    /// <summary>OpenTelemetry's buckets for HTTP, with finer ones at the low end. The SDK's defaults suit milliseconds.</summary>
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries =
            [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private readonly Counter<long> _opened;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _foundDead;
    private readonly Counter<long> _resent;
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meters">The factory of the meter.</param>
    public ForwardingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _opened = meter.CreateCounter<long>("owlboard.upstream.connections.opened", "{connection}", "Connections opened to an upstream.");
        _closed = meter.CreateCounter<long>("owlboard.upstream.connections.closed", "{connection}", "Connections to an upstream that were closed.");
        _foundDead = meter.CreateCounter<long>(
            "owlboard.upstream.connections.found_dead", "{connection}", "Idle connections found closed or expired when a request needed one.");
        _resent = meter.CreateCounter<long>(
            "owlboard.upstream.requests.resent", "{request}", "Requests resent because the upstream was closing their connection.");
        // The name is that of HttpClient's metric, so that the same dashboards work with this forwarder.
        _duration = meter.CreateHistogram<double>(
            "http.client.request.duration", "s", "Duration of HTTP client requests.", tags: null, Durations);
        meter.CreateObservableUpDownCounter(
            "owlboard.upstream.connections",
            () => _pools.SelectMany(pool => new[]
            {
                new Measurement<int>(pool.Key.Idle, Upstream(pool.Key.Address), new("state", "idle")),
                new Measurement<int>(pool.Key.Used, Upstream(pool.Key.Address), new("state", "used")),
            }),
            "{connection}",
            "Open connections to an upstream.");
    }

    internal void Watch(ConnectionPool pool) => _pools.Add(pool, null);

    internal void Opened(string upstream) => _opened.Add(1, Upstream(upstream));

    internal void Closed(string upstream) => _closed.Add(1, Upstream(upstream));

    internal void FoundDead(string upstream) => _foundDead.Add(1, Upstream(upstream));

    internal void Resent(string upstream) => _resent.Add(1, Upstream(upstream));

    internal void Ended(string method, Uri upstream, int statusCode, string? errorType, TimeSpan duration)
    {
        var tags = new TagList
        {
            { "http.request.method", method },
            { "server.address", upstream.Host },
            { "server.port", upstream.Port },
            { "http.response.status_code", statusCode },
        };
        if (errorType is not null)
        {
            tags.Add("error.type", errorType);
        }

        _duration.Record(duration.TotalSeconds, tags);
    }

    private static KeyValuePair<string, object?> Upstream(string address) => new("upstream", address);
}
