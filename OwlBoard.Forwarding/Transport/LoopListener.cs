using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Accepts client connections for Kestrel.</summary>
internal sealed partial class LoopListener : IConnectionListener
{
    /// <summary>The delay after a connection could not be accepted, in which others may be closed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly SocketLoops _loops;
    private readonly LoopSocket _socket;
    private readonly AcceptOperation _accept;
    private readonly MemoryPool<byte> _memory;
    private readonly ClientLimits _limits;
    private readonly TimeProvider _time;
    private readonly IPEndPoint _endPoint;
    private readonly SocketAddress _local;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<LoopConnection> _resumed = new();
    private readonly HashSet<ParkedConnection> _parked = [];
    private bool _isFailing;
    private bool _isUnbound;

    /// <param name="loops">The loops of the listener and its connections.</param>
    /// <param name="socket">A listening socket, which this instance takes ownership of.</param>
    /// <param name="memory">The memory pool for Kestrel.</param>
    /// <param name="limits">The limits of the connections.</param>
    /// <param name="time">The clock for the limits.</param>
    /// <param name="logger">The logger for connections that could not be accepted.</param>
    public LoopListener(SocketLoops loops, Socket socket, MemoryPool<byte> memory, ClientLimits limits, TimeProvider time, ILogger logger)
    {
        _loops = loops;
        socket.Blocking = false;
        // Accepted connections inherit this option.
        socket.NoDelay = true;
        _endPoint = (IPEndPoint)socket.LocalEndPoint!;
        _local = new SocketAddress(_endPoint.AddressFamily);
        _memory = memory;
        _limits = limits;
        _time = time;
        _logger = logger;
        _accept = new AcceptOperation(socket);
        _socket = new LoopSocket(socket, _accept);
        _socket.Begin(loops);
    }

    public EndPoint EndPoint => _endPoint;

    /// <remarks>The wait ends when the listener is unbound; the token is not observed.</remarks>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                if (_resumed.TryDequeue(out var resumed))
                {
                    return resumed;
                }

                var accepting = _accept.RunAsync();
                if (!accepting.IsCompleted && !_resumed.IsEmpty)
                {
                    // The connection was enqueued before there was a wait to interrupt.
                    _accept.Interrupt();
                }

                var accepted = await accepting;
                if (accepted is null && _accept.IsInterrupted)
                {
                    continue;
                }

                var connection = accepted is null ? null : Begin(accepted);
                _isFailing = false;
                return connection;
            }
            catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected)
            {
                // The client disconnected before its connection was accepted.
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                if (!_isFailing)
                {
                    _isFailing = true;
                    LogRefused(_endPoint.ToString(), failure.Message);
                }

                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _socket.Dispose();
        ParkedConnection[] parked;
        lock (_parked)
        {
            _isUnbound = true;
            parked = [.. _parked];
        }

        foreach (var connection in parked)
        {
            connection.Socket.Dispose();
        }

        return CloseResumedAsync();
    }

    /// <summary>Parks a connection until its next request or its end.</summary>
    public void Park(ParkedConnection connection)
    {
        bool isUnbound;
        lock (_parked)
        {
            _parked.Add(connection);
            isUnbound = _isUnbound;
        }

        connection.Owner?.Parked(connection.Socket);
        connection.Begin();
        if (isUnbound)
        {
            connection.Socket.Dispose();
        }
    }

    /// <summary>Returns a parked connection to the server, because its client has sent data.</summary>
    public void Resume(ParkedConnection connection)
    {
        bool isUnbound;
        lock (_parked)
        {
            _parked.Remove(connection);
            isUnbound = _isUnbound;
            if (!isUnbound)
            {
                _resumed.Enqueue(LoopConnection.Resume(this, connection, _memory, _limits, _time));
            }
        }

        if (isUnbound)
        {
            connection.Socket.Dispose();
            connection.Owner?.ParkedClosed();
            return;
        }

        _accept.Interrupt();
    }

    /// <summary>Removes a parked connection that has been closed.</summary>
    public void Forget(ParkedConnection connection)
    {
        lock (_parked)
        {
            _parked.Remove(connection);
        }

        connection.Owner?.ParkedClosed();
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    /// <summary>Closes resumed connections that the server has not accepted.</summary>
    private async ValueTask CloseResumedAsync()
    {
        while (_resumed.TryDequeue(out var connection))
        {
            connection.Socket.Dispose();
            connection.Owner?.ParkedClosed();
            await connection.DisposeAsync();
        }
    }

    private LoopConnection Begin(SocketDescriptor accepted)
    {
        try
        {
            var connection = LoopConnection.Accept(this, accepted, _endPoint.Create(_accept.Peer), LocalEndPointOf(accepted), _memory, _limits, _time);
            connection.Socket.Begin(_loops);
            return connection;
        }
        catch
        {
            accepted.Dispose();
            throw;
        }
    }

    /// <summary>Returns the local address of a connection; the kernel chose it if the listener is bound to all addresses.</summary>
    private EndPoint LocalEndPointOf(SocketDescriptor accepted)
    {
        if (!_endPoint.Address.Equals(IPAddress.Any) && !_endPoint.Address.Equals(IPAddress.IPv6Any))
        {
            return _endPoint;
        }

        using var descriptor = new DescriptorLease(accepted);
        SocketCalls.GetLocalAddress(descriptor.Number, _local);
        return _endPoint.Create(_local);
    }

    [LoggerMessage(1, LogLevel.Error, "Accepting connections on {EndPoint} failed; retrying: {Reason}")]
    private partial void LogRefused(string endPoint, string reason);
}
