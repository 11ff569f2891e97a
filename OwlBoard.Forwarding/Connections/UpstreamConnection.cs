using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Transport;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// A connection to an upstream, with the buffers of its exchanges. A read is pending while the connection is idle, so that a
/// close or unsolicited data from the upstream is detected before the next use, at no cost.
/// </summary>
/// <remarks>
/// Buffers are rented from the shared pool: the send buffer until the response begins, the receive buffer from the time data
/// is available until it has been consumed. A waiting exchange holds neither, except over TLS, whose reads need a buffer.
/// </remarks>
[SuppressMessage("Reliability", "CA2012", Justification = "A read outlives the method that begins it, and is awaited once: by the next exchange.")]
internal sealed class UpstreamConnection : IReceiveBuffer, IDisposable
{
    /// <summary>
    /// The size of the buffer for a head and a small body. Larger bodies are received into the memory they are sent from.
    /// </summary>
    private const int ReceiveBytes = 16 * 1024;

    private const int SendBytes = 4 * 1024;

    private readonly TcpSocket _socket;
    private readonly TcpStream? _tlsStream;
    private readonly SslStream? _tls;
    private byte[]? _receive;
    private byte[]? _send;
    private int _start;
    private int _end;

    /// <summary>The pending read of an idle connection; awaited once, by the next exchange.</summary>
    private ValueTask<int> _pending;
    private bool _isPending;
    private int _ended;
    private int _disposed;

    /// <param name="socket">The socket.</param>
    /// <param name="tlsStream">The stream below TLS, if TLS is used.</param>
    /// <param name="tls">The TLS stream, if TLS is used.</param>
    /// <param name="pool">The pool that the connection belongs to.</param>
    /// <param name="opened">The time at which the connection was opened, on the pool's clock.</param>
    public UpstreamConnection(TcpSocket socket, TcpStream? tlsStream, SslStream? tls, ConnectionPool pool, long opened)
    {
        _socket = socket;
        _tlsStream = tlsStream;
        _tls = tls;
        Pool = pool;
        Opened = opened;
    }

    /// <summary>The pool that the connection belongs to.</summary>
    public ConnectionPool Pool { get; }

    /// <summary>The time at which the connection was opened, on the pool's clock.</summary>
    public long Opened { get; }

    /// <summary>The time at which the connection became idle, on the pool's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>
    /// Indicates whether an exchange has completed on the connection. If so, the upstream may be closing it at this moment.
    /// </summary>
    public bool IsReused { get; private set; }

    /// <summary>The previous connection in the pool's list of connections in use.</summary>
    public UpstreamConnection? Previous { get; set; }

    public UpstreamConnection? Next { get; set; }

    /// <summary>The watch over the current exchange.</summary>
    public ExchangeWatch Watch { get; } = new();

    /// <summary>The buffer for a request head.</summary>
    public byte[] SendBuffer => _send ??= ArrayPool<byte>.Shared.Rent(SendBytes);

    /// <summary>The head of the current response.</summary>
    public Http1.ResponseHead Head { get; } = new();

    /// <summary>The trailers of the current response.</summary>
    public Http1.ResponseHead Trailers => field ??= new();

    /// <summary>Indicates whether any byte of the current response has been received.</summary>
    public bool HasResponseBytes { get; private set; }

    /// <summary>The changes to the client's request for the current upstream request.</summary>
    public SocketRequest Request { get; } = new();

    /// <summary>The reason why the connection was closed from this side; <see cref="ConnectionEnd.None"/> if it was not.</summary>
    public ConnectionEnd Ended => (ConnectionEnd)Volatile.Read(ref _ended);

    /// <summary>The send progress of the current request head.</summary>
    public SendStage Sending => _socket.Sending;

    /// <summary>Indicates whether the connection can be reused, as far as the request head and the response head determine it.</summary>
    public bool KeepsAlive => Sending == SendStage.Done && Head.KeepsAlive;

    /// <summary>Indicates whether the upstream closed the idle connection or sent data on it.</summary>
    public bool IsDead => _isPending && _pending.IsCompleted;

    /// <summary>The bytes that have been received but not consumed.</summary>
    public ReadOnlySpan<byte> Received => _receive.AsSpan(_start, _end - _start);

    /// <summary>The same bytes as <see cref="Received"/>, for use across an await.</summary>
    public ReadOnlyMemory<byte> ReceivedMemory => _receive.AsMemory(_start, _end - _start);

    /// <summary>Marks bytes of <see cref="Received"/> as consumed.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            ReturnReceiveBuffer();
        }
    }

    /// <summary>Returns <see cref="SendBuffer"/> to the pool unless a part of it is still to be sent.</summary>
    public void ReleaseSendBuffer()
    {
        if (_send is { } buffer && Sending == SendStage.Done)
        {
            _send = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    Memory<byte> IReceiveBuffer.GetMemory()
    {
        _receive ??= ArrayPool<byte>.Shared.Rent(ReceiveBytes);
        return _receive.AsMemory(_end);
    }

    void IReceiveBuffer.Release()
    {
        if (_start == _end)
        {
            ReturnReceiveBuffer();
        }
    }

    /// <summary>Receives bytes behind <see cref="Received"/>; <see cref="Add"/> adds them.</summary>
    /// <returns>The number of bytes, to be passed to <see cref="Add"/>; 0 at the end.</returns>
    public ValueTask<int> ReceiveAsync()
    {
        if (_isPending)
        {
            _isPending = false;
            return _pending;
        }

        return ReceiveIntoOwnBufferAsync();
    }

    /// <summary>Adds bytes received by <see cref="ReceiveAsync()"/> to <see cref="Received"/>.</summary>
    public void Add(int count)
    {
        _end += count;
        HasResponseBytes = true;
    }

    /// <summary>Receives into a different buffer; only while <see cref="Received"/> is empty.</summary>
    public ValueTask<int> ReceiveAsync(IReceiveBuffer destination) =>
        _tls is null ? _socket.ReceiveAsync(destination) : ReceiveTlsAsync(destination, _tls);

    /// <summary>Sends the whole buffer.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> source) => _tls is null ? _socket.SendAsync(source) : _tls.WriteAsync(source);

    /// <summary>
    /// Sends a head, possibly in a batch. The buffer must not change until <see cref="Sending"/> is
    /// <see cref="SendStage.Done"/>.
    /// </summary>
    public ValueTask SendHeadAsync(ReadOnlyMemory<byte> head)
    {
        if (_tls is null)
        {
            return _socket.SendInBatchAsync(head);
        }

        _tlsStream!.BatchNextWrite();
        return _tls.WriteAsync(head);
    }

    /// <summary>Withdraws a queued head that has not been sent.</summary>
    /// <returns><see langword="true"/> if no byte of the head was or will be sent; otherwise, <see langword="false"/>.</returns>
    public bool TryWithdrawHead() => _socket.TryWithdraw();

    /// <summary>Closes the sending side of the connection.</summary>
    public async ValueTask EndSendingAsync()
    {
        if (_tls is not null)
        {
            await _tls.ShutdownAsync();
        }

        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Makes room for a larger head.</summary>
    /// <param name="limit">The maximum size of a head in bytes.</param>
    /// <exception cref="Http1.MalformedResponseException">The head is larger than the limit.</exception>
    public void Grow(int limit)
    {
        if (_receive is not { } buffer)
        {
            return;
        }

        if (_start > 0)
        {
            Received.CopyTo(buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end < buffer.Length)
        {
            return;
        }

        if (buffer.Length >= limit)
        {
            throw new Http1.MalformedResponseException($"The response head is larger than {limit} bytes.");
        }

        _receive = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(_receive, 0);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Completes an exchange and starts the pending read of an idle connection.</summary>
    /// <returns><see langword="true"/> if the connection can be reused; otherwise, <see langword="false"/>.</returns>
    public bool BecomeIdle()
    {
        IsReused = true;
        HasResponseBytes = false;
        if (!_isPending)
        {
            ReturnReceiveBuffer();
        }

        ReleaseSendBuffer();
        Request.Clear();
        try
        {
            // A connection that was rented and returned without an exchange still has its read pending.
            if (!_isPending)
            {
                _pending = ReceiveIntoOwnBufferAsync();
                _isPending = true;
            }

            return !_pending.IsCompleted;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or IOException)
        {
            return false;
        }
    }

    /// <summary>Closes the connection from this side. <see cref="Ended"/> records the first reason.</summary>
    public void End(ConnectionEnd end)
    {
        if (Interlocked.CompareExchange(ref _ended, (int)end, (int)ConnectionEnd.None) == (int)ConnectionEnd.None)
        {
            _socket.Dispose();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_tls is not null && _isPending)
        {
            _ = EndTlsAsync();
        }
        else
        {
            Close();
        }

        Pool.Closed();
    }

    /// <summary>Sends <c>close_notify</c> on an idle connection, to rule out truncation (RFC 8446 section 6.1).</summary>
    private async Task EndTlsAsync()
    {
        try
        {
            await EndSendingAsync();
        }
        catch (Exception gone) when (gone is IOException or SocketException or InvalidOperationException)
        {
            // The upstream has already closed the connection.
        }
        finally
        {
            Close();
        }
    }

    private void Close()
    {
        _socket.Dispose();
        _tls?.Dispose();
    }

    private ValueTask<int> ReceiveIntoOwnBufferAsync() =>
        _tls is null ? _socket.ReceiveAsync(this) : _tls.ReadAsync(((IReceiveBuffer)this).GetMemory());

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> ReceiveTlsAsync(IReceiveBuffer destination, SslStream tls)
    {
        _ = await tls.ReadAsync(Memory<byte>.Empty);
        return await tls.ReadAsync(destination.GetMemory());
    }

    private void ReturnReceiveBuffer()
    {
        _start = _end = 0;
        if (_receive is { } buffer)
        {
            _receive = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
