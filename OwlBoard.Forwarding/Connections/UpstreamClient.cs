using System.Collections.Concurrent;
using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// What YARP holds as a cluster's client, made by its client factory: a cluster whose client is this one is forwarded over
/// the pools of sockets in here. As an <see cref="HttpMessageInvoker"/> it sends what the sockets do not handle through the
/// client that it wraps.
/// </summary>
public sealed class UpstreamClient : HttpMessageInvoker
{
    /// <summary>How late a time limit or a client that went away may be noticed.</summary>
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>How late it may be noticed that an unused connection is dead or too old, while there is no request.</summary>
    private static readonly TimeSpan IdleSweepInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ConnectionPool> _pools = new(StringComparer.Ordinal);
    private readonly UpstreamConnectionOptions _options;
    private readonly ForwardingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Timer _sweeps;

    /// <summary>Whether the next sweep is that of a request; else it may be late, or there is none.</summary>
    private bool _isSweepDue;

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
        // The system's timer, not the injected clock's: it only says when to look at that clock. Nor a time limit of the loops'
        // waits for events: the kernel arms it for each wait, 4 us for a request at 6,000/s, where this costs 0.4 us.
        _sweeps = new Timer(static client => ((UpstreamClient)client!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks an upstream whether it is there, over a connection of its own.</summary>
    /// <param name="address">The upstream's address, as YARP has it.</param>
    /// <param name="request">A request without a body; of its address, what comes after the authority.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The answer's status, without its fields and body.</returns>
    /// <exception cref="HttpRequestException">No connection could be opened, or there was no answer on it that is one.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled meanwhile.</exception>
    public async Task<HttpResponseMessage> ProbeAsync(string address, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await Probe.SendAsync(PoolFor(address), request, cancellationToken);
        }
        finally
        {
            // Who acts on what came of it may take his time, and the sockets' thread has others to serve.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }

    /// <summary>The connections to one upstream.</summary>
    internal ConnectionPool PoolFor(string address) =>
        _pools.TryGetValue(address, out var pool)
            ? pool
            : _pools.GetOrAdd(address, static (added, client) => client.CreatePool(added), this);

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
        var pool = new ConnectionPool(address, _options, _metrics, _time, SweepSoon);
        _metrics.Watch(pool);
        return pool;
    }

    /// <summary>There is a request to watch over.</summary>
    private void SweepSoon()
    {
        if (!Volatile.Read(ref _isSweepDue) && !Interlocked.Exchange(ref _isSweepDue, true))
        {
            SweepAfter(SweepInterval);
        }
    }

    private void Sweep()
    {
        // Who takes a connection after it was looked at sees to the next sweep himself.
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
        else if (any)
        {
            SweepAfter(IdleSweepInterval);
            if (Volatile.Read(ref _isSweepDue))
            {
                // For a request that had just asked for it, and was put off.
                SweepAfter(SweepInterval);
            }
        }
    }

    private void SweepAfter(TimeSpan interval)
    {
        try
        {
            _sweeps.Change(interval, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The client was disposed meanwhile.
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
