using Microsoft.AspNetCore.Connections;
using OwlBoard.Forwarding.Transport;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>A client's connection and its activity: its requests, and the time since when it waits for its client.</summary>
internal sealed class TrackedConnection : IParkingOwner, IConnectionActivity
{
    /// <summary>The timestamp of a connection that is not waiting.</summary>
    public const long Never = long.MaxValue;

    private readonly ConnectionGate _gate;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();

    /// <summary>The connection while Kestrel serves it; otherwise <see langword="null"/>.</summary>
    private ConnectionContext? _connection;
    private IParkableConnection? _parkable;

    /// <summary>The connection while it is parked; otherwise <see langword="null"/>.</summary>
    private IDisposable? _parked;
    private bool _mustClose;
    private int _requests;
    private long _idleSince;
    private long _stalledSince = Never;

    /// <param name="gate">The gate that counts the connection.</param>
    /// <param name="client">The client that the connection counts for; <see langword="null"/> for a trusted proxy.</param>
    /// <param name="time">The clock.</param>
    public TrackedConnection(ConnectionGate gate, ClientUsage? client, TimeProvider time)
    {
        _gate = gate;
        _time = time;
        Client = client;
    }

    /// <summary>The client that the connection counts for; <see langword="null"/> for a trusted proxy.</summary>
    public ClientUsage? Client { get; }

    /// <summary>The timestamp since when the connection has no request; <see cref="Never"/> while it has one.</summary>
    public long IdleSince => Volatile.Read(ref _requests) == 0 ? Volatile.Read(ref _idleSince) : Never;

    /// <summary>The timestamp since when a request waits for its client; <see cref="Never"/> if none does.</summary>
    public long StalledSince => Volatile.Read(ref _stalledSince);

    /// <summary>Marks the start of a request.</summary>
    public void RequestBegins() => Interlocked.Increment(ref _requests);

    /// <summary>Marks the end of a request.</summary>
    /// <param name="hadBody"><see langword="true"/> if the request may have had a body.</param>
    public void RequestEnds(bool hadBody)
    {
        Volatile.Write(ref _idleSince, _time.GetTimestamp());
        _parkable?.RequestEnded(hadBody);
        Interlocked.Decrement(ref _requests);
    }

    /// <summary>Marks that a request waits for its client. With several requests, the last one counts.</summary>
    public void WaitBegins() => Volatile.Write(ref _stalledSince, _time.GetTimestamp());

    /// <summary>Marks that a request no longer waits for its client.</summary>
    public void WaitEnds() => Volatile.Write(ref _stalledSince, Never);

    /// <summary>Indicates whether the connection is parked.</summary>
    public bool IsParked => _parked is not null;

    /// <summary>Attaches the connection that Kestrel begins to serve, for the first time or after it was parked.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="canBeParked"><see langword="true"/> if the connection may be parked.</param>
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

    /// <summary>Detaches the connection that Kestrel no longer serves.</summary>
    /// <returns><see langword="true"/> if the connection is closed; <see langword="false"/> if it is parked.</returns>
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
            // A connection that is being parked or resumed is closed by Enter or Parked.
            _mustClose = true;
            (connection, parked) = (_connection, _parked);
        }

        connection?.Abort(new ConnectionAbortedException(reason));
        parked?.Dispose();
    }
}
