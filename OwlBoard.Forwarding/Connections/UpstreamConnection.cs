using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using OwlBoard.Forwarding.Sockets;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// One connection to an upstream, with the buffers that its exchanges use. Between two exchanges a read is pending on it:
/// a connection that the upstream closes, or on which it speaks unasked, is known for dead before it is used again, at
/// no cost.
/// </summary>
/// <remarks>
/// Buffers are rented from the shared pool: the one to send from until the response begins, the one to receive into from the
/// moment at which something is there until it has been read. While an exchange waits it holds neither, except over TLS,
/// whose reads need a buffer.
/// </remarks>
[SuppressMessage("Reliability", "CA2012", Justification = "A read outlives the method that begins it, and is awaited once: by the next exchange.")]
internal sealed class UpstreamConnection : IReceiveBuffer, IDisposable
{
    /// <summary>Holds the head and a small body; larger bodies are received into the memory that they are sent from.</summary>
    private const int ReceiveBytes = 16 * 1024;

    private const int SendBytes = 4 * 1024;

    private readonly TcpSocket _socket;
    private readonly TcpStream? _tlsStream;
    private readonly SslStream? _tls;
    private byte[]? _receive;
    private byte[]? _send;
    private int _start;
    private int _end;

    /// <summary>The read of an unused connection; awaited by its next exchange, once.</summary>
    private ValueTask<int> _pending;
    private bool _isPending;
    private int _ended;
    private int _disposed;

    /// <param name="socket">The connection.</param>
    /// <param name="tlsStream">What TLS reads from and writes to, if there is TLS.</param>
    /// <param name="tls">TLS over it.</param>
    /// <param name="pool">Where it belongs.</param>
    /// <param name="opened">When it was opened, on the pool's clock.</param>
    public UpstreamConnection(TcpSocket socket, TcpStream? tlsStream, SslStream? tls, ConnectionPool pool, long opened)
    {
        _socket = socket;
        _tlsStream = tlsStream;
        _tls = tls;
        Pool = pool;
        Opened = opened;
    }

    /// <summary>Where it belongs.</summary>
    public ConnectionPool Pool { get; }

    /// <summary>When it was opened, on the pool's clock.</summary>
    public long Opened { get; }

    /// <summary>Since when it is unused, on the pool's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>Whether an exchange has been completed on it: then the upstream may be closing it at this moment.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Neighbours in the pool's list of connections in use.</summary>
    public UpstreamConnection? Previous { get; set; }

    public UpstreamConnection? Next { get; set; }

    /// <summary>What watches over the present exchange.</summary>
    public ExchangeWatch Watch { get; } = new();

    /// <summary>Where a request head is written.</summary>
    public byte[] SendBuffer => _send ??= ArrayPool<byte>.Shared.Rent(SendBytes);

    /// <summary>The head of the present response.</summary>
    public Http1.ResponseHead Head { get; } = new();

    /// <summary>The trailers of the present response.</summary>
    public Http1.ResponseHead Trailers => field ??= new();

    /// <summary>Whether a byte of the present response has come.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>What is said in the present request beside what the client said.</summary>
    public Exchanges.SocketRequest Request { get; } = new();

    /// <summary>Why it was cut from this side, if it was.</summary>
    public ConnectionEnd Ended => (ConnectionEnd)Volatile.Read(ref _ended);

    /// <summary>How far the present request's head has come.</summary>
    public SendStage Sending => _socket.Sending;

    /// <summary>Whether another request may follow the present one, as far as its own head and the response's go.</summary>
    public bool KeepsAlive => Sending == SendStage.Done && Head.KeepsAlive;

    /// <summary>Whether the upstream closed it, or sent something, while it was unused.</summary>
    public bool IsDead => _isPending && _pending.IsCompleted;

    /// <summary>What has been received and not been read.</summary>
    public ReadOnlySpan<byte> Received => _receive.AsSpan(_start, _end - _start);

    /// <summary>The same, for whoever has to keep it over a wait.</summary>
    public ReadOnlyMemory<byte> ReceivedMemory => _receive.AsMemory(_start, _end - _start);

    /// <summary>So many bytes of <see cref="Received"/> are done with.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            ReturnReceiveBuffer();
        }
    }

    /// <summary>Returns <see cref="SendBuffer"/>, unless a part of it has yet to be sent.</summary>
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

    /// <summary>Waits for more bytes and adds them to <see cref="Received"/>.</summary>
    /// <returns>To be given to <see cref="Add"/>: how many, 0 at the end.</returns>
    public ValueTask<int> ReceiveAsync()
    {
        if (_isPending)
        {
            _isPending = false;
            return _pending;
        }

        return ReceiveIntoOwnBufferAsync();
    }

    /// <summary>The bytes that <see cref="ReceiveAsync()"/> received are there.</summary>
    public void Add(int count)
    {
        _end += count;
        HasAnswered = true;
    }

    /// <summary>Receives into other memory; only while <see cref="Received"/> is empty.</summary>
    public ValueTask<int> ReceiveAsync(IReceiveBuffer destination) =>
        _tls is null ? _socket.ReceiveAsync(destination) : ReceiveTlsAsync(destination, _tls);

    /// <summary>Sends all of it.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> source) => _tls is null ? _socket.SendAsync(source) : _tls.WriteAsync(source);

    /// <summary>Sends a head, perhaps with others: it is to stay as it is until <see cref="Sending"/> says that it is done.</summary>
    public ValueTask SendHeadAsync(ReadOnlyMemory<byte> head)
    {
        if (_tls is null)
        {
            return _socket.SendInBatchAsync(head);
        }

        _tlsStream!.BatchNextWrite();
        return _tls.WriteAsync(head);
    }

    /// <summary>Takes a head back that has not been sent.</summary>
    /// <returns>Whether that was in time: the upstream has not seen and will not see any of it.</returns>
    public bool TryTakeHeadBack() => _socket.TryTakeBack();

    /// <summary>Says that nothing more is sent.</summary>
    public async ValueTask EndSendingAsync()
    {
        if (_tls is not null)
        {
            await _tls.ShutdownAsync();
        }

        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Makes room for a larger head.</summary>
    /// <param name="limit">The most bytes that a head may have.</param>
    /// <exception cref="Http1.MalformedResponseException">It has more.</exception>
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
            throw new Http1.MalformedResponseException($"The response's head has more than {limit} bytes.");
        }

        _receive = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(_receive, 0);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>An exchange was completed: the next one may begin once a read is pending.</summary>
    /// <returns>Whether the connection can be used again.</returns>
    public bool BecomeIdle()
    {
        IsReused = true;
        HasAnswered = false;
        if (!_isPending)
        {
            ReturnReceiveBuffer();
        }

        ReleaseSendBuffer();
        Request.Clear();
        try
        {
            // One taken and given back without an exchange has its read still.
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

    /// <summary>Cuts the connection; whoever waits for it learns why from <see cref="Ended"/>. The first reason stays.</summary>
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

    /// <summary>Sends <c>close_notify</c> on an unused connection, so that the upstream does not take its end for a truncation (RFC 8446 section 6.1).</summary>
    private async Task EndTlsAsync()
    {
        try
        {
            await EndSendingAsync();
        }
        catch (Exception gone) when (gone is IOException or SocketException or InvalidOperationException)
        {
            // The upstream has closed it already.
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
