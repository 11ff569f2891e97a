using Microsoft.AspNetCore.Connections;

namespace OwlBoard.LoadBalancer.ConnectionLimiting;

/// <summary>A client's connection as the limits see it: its requests, and the time since which it waits for its client.</summary>
internal sealed class TrackedConnection
{
    /// <summary>In place of a time at which nothing is waited for.</summary>
    public const long Never = long.MaxValue;

    private readonly ConnectionContext _connection;
    private readonly TimeProvider _time;
    private int _requests;
    private long _idleSince;
    private long _stalledSince = Never;

    /// <param name="connection">The connection.</param>
    /// <param name="client">The client that it counts for; <see langword="null"/> for a trusted proxy.</param>
    /// <param name="time">The clock.</param>
    public TrackedConnection(ConnectionContext connection, ClientUsage? client, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _idleSince = time.GetTimestamp();
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
    public void RequestEnds()
    {
        Volatile.Write(ref _idleSince, _time.GetTimestamp());
        Interlocked.Decrement(ref _requests);
    }

    /// <summary>A request begins to wait for its client. With several requests, the last one to wait counts.</summary>
    public void WaitBegins() => Volatile.Write(ref _stalledSince, _time.GetTimestamp());

    /// <summary>A request no longer waits for its client.</summary>
    public void WaitEnds() => Volatile.Write(ref _stalledSince, Never);

    /// <summary>Closes the connection.</summary>
    public void Close(string reason) => _connection.Abort(new ConnectionAbortedException(reason));
}
