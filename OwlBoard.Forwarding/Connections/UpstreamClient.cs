using System.Collections.Concurrent;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Sockets;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// What YARP holds as a cluster's client, made by its client factory: a cluster whose client is this one is forwarded over
/// the pools of sockets in here. As an <see cref="HttpMessageInvoker"/> it sends what the sockets do not handle through the
/// client that it wraps.
/// </summary>
public sealed class UpstreamClient : HttpMessageInvoker
{
    private readonly ConcurrentDictionary<string, ConnectionPool> _pools = new(StringComparer.Ordinal);
    private readonly SocketLoops _loops;
    private readonly UpstreamConnectionOptions _options;
    private readonly ForwardingMetrics _metrics;
    private readonly TimeProvider _time;

    /// <summary>Whether the sweep for a request is still to come.</summary>
    private bool _isSweepDue;

    /// <summary>Makes the client of one cluster.</summary>
    /// <param name="other">Sends what does not go over the sockets; disposed with this client.</param>
    /// <param name="loops">The loops of the connections.</param>
    /// <param name="options">The connections.</param>
    /// <param name="metrics">Where their numbers go.</param>
    /// <param name="time">The clock that time limits are judged on.</param>
    public UpstreamClient(
        HttpMessageInvoker other, SocketLoops loops, UpstreamConnectionOptions options, ForwardingMetrics metrics, TimeProvider time)
        : base(new InvokerHandler(other))
    {
        _loops = loops;
        _options = options;
        _metrics = metrics;
        _time = time;
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

    /// <summary>Ends exchanges whose time is up, and closes connections that are dead or unused for too long.</summary>
    /// <returns>Whether there is any connection left to look at.</returns>
    internal bool Sweep()
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

    /// <summary>There is a request to watch over.</summary>
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
