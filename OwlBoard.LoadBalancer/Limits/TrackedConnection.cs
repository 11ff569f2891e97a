using Microsoft.AspNetCore.Connections;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>A client's connection as the limits see it: its requests, and the time since which it waits for its client.</summary>
internal sealed class TrackedConnection : IParkingOwner, IConnectionActivity
{
    /// <summary>In place of a time at which nothing is waited for.</summary>
    public const long Never = long.MaxValue;

    private readonly ConnectionGate _gate;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();

    /// <summary>The connection while the server has it.</summary>
    private ConnectionContext? _connection;
    private IParkableConnection? _parkable;

    /// <summary>The connection while it is parked.</summary>
    private IDisposable? _parked;
    private bool _mustClose;
    private int _requests;
    private long _idleSince;
    private long _stalledSince = Never;

    /// <param name="gate">The gate that counts the connection.</param>
    /// <param name="client">The client that it counts for; <see langword="null"/> for a trusted proxy.</param>
    /// <param name="time">The clock.</param>
    public TrackedConnection(ConnectionGate gate, ClientUsage? client, TimeProvider time)
    {
        _gate = gate;
        _time = time;
        Client = client;
    }

    /// <summary>Gets the client that the connection counts for; <see langword="null"/> for a trusted proxy.</summary>
    public ClientUsage? Client { get; }

    /// <summary>Gets the timestamp since which the connection has no request; <see cref="Never"/> while it has one.</summary>
    public long IdleSince => Volatile.Read(ref _requests) == 0 ? Volatile.Read(ref _idleSince) : Never;

    /// <summary>Gets the timestamp since which a request waits for its client to send or to read; <see cref="Never"/> while none does.</summary>
    public long StalledSince => Volatile.Read(ref _stalledSince);

    /// <summary>A request begins.</summary>
    public void RequestBegins() => Interlocked.Increment(ref _requests);

    /// <summary>A request has ended.</summary>
    /// <param name="hadBody">Whether it may have had a body.</param>
    public void RequestEnds(bool hadBody)
    {
        Volatile.Write(ref _idleSince, _time.GetTimestamp());
        _parkable?.RequestEnded(hadBody);
        Interlocked.Decrement(ref _requests);
    }

    /// <summary>A request begins to wait for its client. With several requests, the last one to wait counts.</summary>
    public void WaitBegins() => Volatile.Write(ref _stalledSince, _time.GetTimestamp());

    /// <summary>A request no longer waits for its client.</summary>
    public void WaitEnds() => Volatile.Write(ref _stalledSince, Never);

    /// <summary>Gets whether the connection is parked.</summary>
    public bool IsParked => _parked is not null;

    /// <summary>The server begins to serve the connection, the first time or after it was parked.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="canBeParked">Whether it may be parked.</param>
    public void Enter(ConnectionContext connection, bool canBeParked)
    {
        Volatile.Write(ref _idleSince, _time.GetTimestamp());
        bool mustClose;
        lock (_lock)
        {
            _connection = connection;
            _parked = null;
            mustClose = _mustClose;
        }

        if (canBeParked && connection.Features.Get<IParkableConnection>() is { } parkable)
        {
            _parkable = parkable;
            parkable.Owner = this;
        }

        if (mustClose)
        {
            connection.Abort();
        }
    }

    /// <summary>The server leaves the connection.</summary>
    /// <returns>Whether the connection is over; otherwise it is parked.</returns>
    public bool Leave()
    {
        var isOver = _parkable is not { IsParked: true };
        lock (_lock)
        {
            _connection = null;
        }

        _parkable = null;
        return isOver;
    }

    /// <summary>Parks the connection if it is between two requests.</summary>
    public void TryPark() => _parkable?.TryPark();

    void IParkingOwner.Parked(IDisposable connection)
    {
        bool mustClose;
        lock (_lock)
        {
            _parked = connection;
            mustClose = _mustClose;
        }

        if (mustClose)
        {
            connection.Dispose();
        }
    }

    void IParkingOwner.ParkedClosed() => _gate.Leave(this);

    /// <summary>Closes the connection.</summary>
    public void Close(string reason)
    {
        ConnectionContext? connection;
        IDisposable? parked;
        lock (_lock)
        {
            // If the connection is on its way from the server to where it is parked, or back, it is closed when it arrives.
            _mustClose = true;
            (connection, parked) = (_connection, _parked);
        }

        connection?.Abort(new ConnectionAbortedException(reason));
        parked?.Dispose();
    }
}
