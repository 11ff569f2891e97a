using System.Collections.Concurrent;
using OwlBoard.Forwarding.Transport;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// The HTTP client of a YARP cluster. The forwarder sends requests of the cluster over the socket pools of this client. As an
/// <see cref="HttpMessageInvoker"/>, it sends the requests that the sockets do not handle through the wrapped client.
/// </summary>
public sealed class UpstreamClient : HttpMessageInvoker
{
    private readonly ConcurrentDictionary<string, ConnectionPool> _pools = new(StringComparer.Ordinal);
    private readonly SocketLoops _loops;
    private readonly UpstreamConnectionOptions _options;
    private readonly ForwardingMetrics _metrics;
    private readonly TimeProvider _time;

    /// <summary>Indicates whether a sweep is scheduled.</summary>
    private bool _isSweepDue;

    /// <summary>Initializes the client of a cluster.</summary>
    /// <param name="other">The client for requests that do not use the sockets; disposed with this client.</param>
    /// <param name="loops">The loops of the connections.</param>
    /// <param name="options">The connection options.</param>
    /// <param name="metrics">The connection metrics.</param>
    /// <param name="time">The clock for timeouts.</param>
    public UpstreamClient(
        HttpMessageInvoker other, SocketLoops loops, UpstreamConnectionOptions options, ForwardingMetrics metrics, TimeProvider time)
        : base(new InvokerHandler(other))
    {
        _loops = loops;
        _options = options;
        _metrics = metrics;
        _time = time;
    }

    /// <summary>Returns the connection pool of an upstream, and creates it if necessary.</summary>
    internal ConnectionPool PoolFor(string address) =>
        _pools.TryGetValue(address, out var pool)
            ? pool
            : _pools.GetOrAdd(address, static (added, client) => client.CreatePool(added), this);

    /// <summary>Ends exchanges that have timed out, and closes idle connections that are dead or expired.</summary>
    /// <returns><see langword="true"/> if any connection is left to watch; otherwise, <see langword="false"/>.</returns>
    internal bool Sweep()
    {
        // A connection that is rented after its pool was swept schedules the next sweep itself.
        Interlocked.Exchange(ref _isSweepDue, false);
        var (any, used) = (false, 0);
        foreach (var (_, pool) in _pools)
        {
            any |= pool.Sweep();
            used += pool.Used;
        }

        if (used > 0)
        {
            SweepSoon();
        }

        return any;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var pool in _pools.Values)
            {
                pool.Retire();
            }
        }

        base.Dispose(disposing);
    }

    private ConnectionPool CreatePool(string address)
    {
        var pool = new ConnectionPool(_loops, address, _options, _metrics, _time, SweepSoon);
        _metrics.Watch(pool);
        return pool;
    }

    /// <summary>Schedules a sweep for a request that has begun.</summary>
    private void SweepSoon()
    {
        if (!Volatile.Read(ref _isSweepDue) && !Interlocked.Exchange(ref _isSweepDue, true))
        {
            Sweeper.SweepSoon(this);
        }
    }

    private sealed class InvokerHandler(HttpMessageInvoker invoker) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            invoker.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                invoker.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
