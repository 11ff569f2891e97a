using System.Net;
using Microsoft.AspNetCore.Connections;
using OwlBoard.Forwarding.Transport;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Accepts client connections up to the limits, in total and per client. At a limit, a new connection replaces the one that
/// has been idle longest, so that idle connections cannot lock other clients out. Connections to the management port do not
/// count.
/// </summary>
internal sealed class ConnectionGate(ConnectionLimits limits, ClientAddress clients, LoadBalancerMetrics metrics, ShedLog log, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly ConnectionSet _all = new();
    private readonly Dictionary<ulong, ClientUsage> _clients = [];
    private int _streams;

    /// <summary>The number of connections.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _all.Count;
            }
        }
    }

    /// <summary>The number of parked connections.</summary>
    public int Parked
    {
        get
        {
            lock (_lock)
            {
                return _all.All.Count(static connection => connection.IsParked);
            }
        }
    }

    /// <summary>Serves the connection, unless a limit is reached.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="canBeParked"><see langword="true"/> if the connection may wait for its next request outside Kestrel.</param>
    /// <param name="next">The delegate that serves the connection.</param>
    public async Task PassAsync(ConnectionContext connection, bool canBeParked, ConnectionDelegate next)
    {
        var tracked = connection.Features.Get<IParkableConnection>()?.Owner as TrackedConnection ?? TryEnter(connection.RemoteEndPoint);
        if (tracked is null)
        {
            connection.Abort(new ConnectionAbortedException("The connection limit is reached."));
            return;
        }

        tracked.Enter(connection, canBeParked);
        try
        {
            connection.Features.Set(tracked);
            await next(connection);
        }
        finally
        {
            if (tracked.Leave())
            {
                Leave(tracked);
            }
        }
    }

    /// <summary>Removes a closed connection.</summary>
    public void Leave(TrackedConnection connection)
    {
        lock (_lock)
        {
            Remove(connection);
        }
    }

    /// <summary>Parks idle connections, and closes parked connections that have exceeded the keep-alive timeout.</summary>
    /// <param name="parkAfter">The time after which an idle connection is parked.</param>
    /// <param name="keepAlive">The time after which a parked connection is closed.</param>
    public void Sweep(TimeSpan parkAfter, TimeSpan keepAlive)
    {
        var now = time.GetTimestamp();
        List<TrackedConnection> idle = [];
        List<TrackedConnection> expired = [];
        lock (_lock)
        {
            foreach (var connection in _all.All)
            {
                if (connection.IdleSince is not TrackedConnection.Never and var since && time.GetElapsedTime(since, now) is var idleTime)
                {
                    if (connection.IsParked && idleTime >= keepAlive)
                    {
                        expired.Add(connection);
                    }
                    else if (!connection.IsParked && idleTime >= parkAfter)
                    {
                        idle.Add(connection);
                    }
                }
            }
        }

        idle.ForEach(static connection => connection.TryPark());
        expired.ForEach(static connection => connection.Close("The connection was idle for too long."));
    }

    /// <summary>Counts an HTTP/2 request, unless a limit is reached.</summary>
    /// <param name="connection">The connection of the request.</param>
    /// <returns><see langword="null"/> if the request was counted; otherwise the limit that is reached.</returns>
    public int? TryEnterStream(TrackedConnection connection)
    {
        var limit = limits.Connections;
        if (Interlocked.Increment(ref _streams) > limit)
        {
            Interlocked.Decrement(ref _streams);
            Shed(ShedReason.RequestLimit);
            return limit;
        }

        if (connection.Client is { } client && limits.PerClient is var clientLimit && !client.TryEnterStream(clientLimit))
        {
            Interlocked.Decrement(ref _streams);
            Shed(ShedReason.ClientRequestLimit);
            return clientLimit;
        }

        return null;
    }

    /// <summary>Decrements the number of concurrent HTTP/2 requests.</summary>
    public void LeaveStream(TrackedConnection connection)
    {
        connection.Client?.LeaveStream();
        Interlocked.Decrement(ref _streams);
    }

    /// <summary>Closes the connections that have been idle longest.</summary>
    /// <param name="part">The maximum fraction of all connections to close, from 0 to 1.</param>
    /// <param name="reason">The reason to report.</param>
    public void CloseIdle(double part, ShedReason reason) => Close(static connection => connection.IdleSince, part, reason);

    /// <summary>Closes the connections whose requests have waited longest for the client to send or to read.</summary>
    /// <inheritdoc cref="CloseIdle"/>
    public void CloseSlowest(double part, ShedReason reason) => Close(static connection => connection.StalledSince, part, reason);

    /// <summary>Counts a closed connection, or a refused connection or request, in the metrics and the log.</summary>
    public void Shed(ShedReason reason)
    {
        Action<string> count = reason switch
        {
            ShedReason.ConnectionLimit or ShedReason.ClientConnectionLimit => metrics.ConnectionRefused,
            ShedReason.RequestLimit or ShedReason.ClientRequestLimit or ShedReason.MemoryRequest => metrics.RequestRefused,
            _ => metrics.ConnectionClosed,
        };
        count(reason switch
        {
            ShedReason.ConnectionLimit or ShedReason.RequestLimit => "limit",
            ShedReason.ClientConnectionLimit or ShedReason.ClientRequestLimit => "client limit",
            ShedReason.IdleForNew => "idle",
            ShedReason.Http2Flood => "http2 flood",
            ShedReason.MemoryIdle => "idle, memory short",
            ShedReason.MemorySlow => "slow, memory short",
            _ => "memory short",
        });
        log.Count(reason);
    }

    private TrackedConnection? TryEnter(EndPoint? peer)
    {
        var address = ClientConnection.Normalize((peer as IPEndPoint)?.Address ?? IPAddress.None);
        var network = clients.IsTrusted(address) ? (ulong?)null : ClientNetwork.Of(address);
        TrackedConnection? idle = null;
        TrackedConnection tracked;
        lock (_lock)
        {
            var client = network is { } number ? _clients.GetValueOrDefault(number) ?? new ClientUsage(number) : null;
            var (full, reason) = client?.Connections.Count >= limits.PerClient ? (client.Connections, ShedReason.ClientConnectionLimit)
                : _all.Count >= limits.Connections ? (_all, ShedReason.ConnectionLimit)
                : (null, default);
            if (full is not null)
            {
                idle = full.FindIdle(time);
                if (idle is null)
                {
                    Shed(reason);
                    return null;
                }

                Remove(idle);
            }

            tracked = new TrackedConnection(this, client, time);
            _all.Add(tracked);
            if (client is not null)
            {
                _clients.TryAdd(client.Network, client);
                client.Connections.Add(tracked);
            }
        }

        if (idle is not null)
        {
            Shed(ShedReason.IdleForNew);
            idle.Close("The connection limit is reached, and this connection was idle longest.");
        }

        return tracked;
    }

    private void Remove(TrackedConnection connection)
    {
        if (_all.Remove(connection) && connection.Client is { } client)
        {
            client.Connections.Remove(connection);
            if (client.Connections.Count == 0)
            {
                _clients.Remove(client.Network);
            }
        }
    }

    private void Close(Func<TrackedConnection, long> since, double part, ShedReason reason)
    {
        TrackedConnection[] closed;
        lock (_lock)
        {
            closed = [.. _all.Oldest(since, (int)Math.Ceiling(_all.Count * part)).Select(static oldest => oldest.Connection)];
        }

        foreach (var connection in closed)
        {
            Shed(reason);
            connection.Close("Memory is short.");
        }
    }
}
