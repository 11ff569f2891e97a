using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace OwlBoard.Forwarding.Connections;

/// <summary>The numbers of the connections to upstreams. Meter <c>OwlBoard.Forwarding</c>.</summary>
public sealed class ForwardingMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "OwlBoard.Forwarding";

    /// <summary>Weakly: nobody says when YARP drops a cluster's client.</summary>
    private readonly ConditionalWeakTable<ConnectionPool, object?> _pools = [];
    private readonly Counter<long> _opened;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _foundDead;
    private readonly Counter<long> _resent;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    public ForwardingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _opened = meter.CreateCounter<long>("owlboard.upstream.connections.opened", "{connection}", "Connections opened to an upstream.");
        _closed = meter.CreateCounter<long>("owlboard.upstream.connections.closed", "{connection}", "Connections to an upstream that ended.");
        _foundDead = meter.CreateCounter<long>(
            "owlboard.upstream.connections.found_dead", "{connection}", "Unused connections that were dead or too old when a request wanted one.");
        _resent = meter.CreateCounter<long>(
            "owlboard.upstream.requests.resent", "{request}", "Requests sent again because the upstream was just closing their connection.");
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

    private static KeyValuePair<string, object?> Upstream(string address) => new("upstream", address);
}
