using System.Collections.Concurrent;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// What YARP holds as a cluster's client, made by its client factory: a cluster whose client is this one is forwarded over
/// the pools of sockets in here. As an <see cref="HttpMessageInvoker"/> it sends what is not a client's request, such as
/// probes, and what the sockets do not handle, through the client that it wraps.
/// </summary>
public sealed class UpstreamClient : HttpMessageInvoker
{
    /// <summary>How late a time limit or a client that went away may be noticed.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, ConnectionPool> _pools = new(StringComparer.Ordinal);
    private readonly UpstreamConnectionOptions _options;
    private readonly ForwardingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Timer _sweeps;
    private int _isSweeping;

    /// <summary>Makes the client of one cluster.</summary>
    /// <param name="other">Sends what does not go over the sockets; disposed with this client.</param>
    /// <param name="options">The connections.</param>
    /// <param name="metrics">Where their numbers go.</param>
    /// <param name="time">The clock that time limits are judged on.</param>
    public UpstreamClient(HttpMessageInvoker other, UpstreamConnectionOptions options, ForwardingMetrics metrics, TimeProvider time)
        : base(new InvokerHandler(other))
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        // The system's timer, not the injected clock's: it only says when to look at that clock.
        _sweeps = new Timer(static client => ((UpstreamClient)client!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The connections to one upstream.</summary>
    internal ConnectionPool PoolFor(string address)
    {
        if (Volatile.Read(ref _isSweeping) == 0 && Interlocked.Exchange(ref _isSweeping, 1) == 0)
        {
            _sweeps.Change(SweepInterval, Timeout.InfiniteTimeSpan);
        }

        return _pools.TryGetValue(address, out var pool)
            ? pool
            : _pools.GetOrAdd(address, static (added, client) => client.CreatePool(added), this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sweeps.Dispose();
            foreach (var pool in _pools.Values)
            {
                pool.Retire();
            }
        }

        base.Dispose(disposing);
    }

    private ConnectionPool CreatePool(string address)
    {
        var pool = new ConnectionPool(address, _options, _metrics, _time);
        _metrics.Watch(pool);
        return pool;
    }

    private void Sweep()
    {
        var any = false;
        foreach (var (_, pool) in _pools)
        {
            any |= pool.Sweep();
        }

        if (!any)
        {
            // A request that comes in between begins it again; and what it opened is looked at from then on.
            Volatile.Write(ref _isSweeping, 0);
            any = _pools.Any(pool => pool.Value.Used > 0) && Interlocked.Exchange(ref _isSweeping, 1) == 0;
        }

        if (any)
        {
            try
            {
                _sweeps.Change(SweepInterval, Timeout.InfiniteTimeSpan);
            }
            catch (ObjectDisposedException)
            {
                // The client was disposed while it looked.
            }
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
