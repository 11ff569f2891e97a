namespace OwlBoard.Forwarding.WebSockets;

/// <summary>
/// The client's side of a relayed WebSocket. The proxy sends to the server what it reads from this stream, and writes to it
/// what it receives from the server. Therefore the stream can insert frames into both directions, always between two frames
/// of the peers.
/// </summary>
/// <remarks>
/// The pong that replies to an inserted ping is forwarded to the other peer, which must accept it (RFC 6455 section 5.5.3).
/// </remarks>
internal sealed class WebSocketRelayStream : Stream
{
    private readonly Stream _client;
    private readonly TimeSpan _closeTimeout;
    private readonly TimeProvider _time;
    private readonly Action _abort;
    private readonly CancellationTokenSource _closeDeadline = new();
    private readonly CancellationTokenRegistration _closeRequest;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _interruptLock = new();
    private readonly ITimer? _pings;

    private FrameTracker _fromClient;
    private FrameTracker _toClient;
    private CancellationTokenSource _interrupt = new();
    private CancellationTokenSource? _readCancellation;
    private CancellationToken _readCancellationOf;
    private ReadOnlyMemory<byte> _injected;
    private ITimer? _closeTimer;
    private bool _closedClient;
    private bool _closedServer;
    private bool _disposed;
    private volatile bool _closing;
    private volatile bool _pingServer;
    private volatile bool _heardClient;
    private volatile bool _heardServer;

    public WebSocketRelayStream(
        Stream client, WebSocketRelayOptions options, TimeProvider time, Action abort, CancellationToken closing)
    {
        _client = client;
        _closeTimeout = options.CloseTimeout;
        _time = time;
        _abort = abort;
        if (options.PingInterval > TimeSpan.Zero)
        {
            _pings = time.CreateTimer(_ => _ = PingAsync(), null, options.PingInterval, options.PingInterval);
        }

        _closeRequest = closing.UnsafeRegister(static stream => _ = ((WebSocketRelayStream)stream!).CloseBothAsync(), this);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads the data for the server.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (!_injected.IsEmpty)
            {
                var count = Math.Min(buffer.Length, _injected.Length);
                _injected[..count].CopyTo(buffer);
                _injected = _injected[count..];
                return count;
            }

            // The server has received a close frame, from the relay or from the client.
            if (_closedServer || (_closing && _fromClient.IsClosed))
            {
                await AwaitCloseOfClientAsync();
                return 0;
            }

            // Get the token before checking for frames to insert: an interrupt after this line cancels it.
            var interruptible = InterruptibleBy(cancellationToken);
            if (_fromClient is { IsAtBoundary: true, IsClosed: false } && TakeInjection())
            {
                continue;
            }

            try
            {
                var count = await _client.ReadAsync(buffer, interruptible);
                _heardClient |= count > 0;
                var complete = _fromClient.Advance(buffer.Span[..count]);
                // Insert the close frame after the last complete frame; a frame begun after it is dropped.
                if (_closing && complete > 0 && !_fromClient.IsClosed && TakeInjection())
                {
                    return complete;
                }

                return count;
            }
            catch (OperationCanceledException)
                when (interruptible.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // The read was interrupted to insert a frame; no data was consumed.
            }
        }
    }

    /// <summary>Writes the data from the server.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _heardServer = true;
            while (!buffer.IsEmpty)
            {
                await CloseClientAtBoundaryAsync(cancellationToken);
                if (_closedClient)
                {
                    return;
                }

                var count = buffer.Length;
                if (_closing)
                {
                    count = _toClient.AdvanceToEndOfFrame(buffer.Span);
                }
                else
                {
                    _toClient.Advance(buffer.Span);
                }

                await _client.WriteAsync(buffer[..count], cancellationToken);
                buffer = buffer[count..];
            }

            // The close may have begun during the write.
            await CloseClientAtBoundaryAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _client.FlushAsync(cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException("Asynchronous only.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // The semaphore and the interrupt source are not disposed: a pending ping or close may still use them.
            _closeRequest.Unregister();
            _pings?.Dispose();
            lock (_interruptLock)
            {
                _disposed = true;
                _closeTimer?.Dispose();
                _readCancellation?.Dispose();
            }

            _client.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Selects the next frame to insert for the server, if any.</summary>
    private bool TakeInjection()
    {
        if (_closing)
        {
            _injected = ControlFrames.CloseToServer();
            _closedServer = true;
            return true;
        }

        if (_pingServer)
        {
            _pingServer = false;
            _injected = ControlFrames.PingToServer();
            return true;
        }

        return false;
    }

    /// <summary>
    /// Drops data from the client until its close frame arrives. The proxy's token is not observed, because it is canceled
    /// when the server disconnects: the client should receive its close frame before its connection is closed.
    /// </summary>
    private async ValueTask AwaitCloseOfClientAsync()
    {
        var dropped = new byte[4096];
        try
        {
            while (!_fromClient.IsClosed)
            {
                var count = await _client.ReadAsync(dropped, _closeDeadline.Token);
                if (count == 0)
                {
                    return;
                }

                _fromClient.Advance(dropped.AsSpan(0, count));
            }
        }
        catch (OperationCanceledException)
        {
            // The close timeout has elapsed.
        }
    }

    private async Task CloseBothAsync()
    {
        _closing = true;
        lock (_interruptLock)
        {
            if (_disposed)
            {
                return;
            }

            _closeTimer = _time.CreateTimer(_ => Abort(), null, _closeTimeout, Timeout.InfiniteTimeSpan);
        }

        Interrupt();
        await _writing.WaitAsync();
        await InsertTowardsClientAsync(CloseClientAtBoundaryAsync);
    }

    private async Task PingAsync()
    {
        // A direction without data since the last tick is sent a ping.
        if (!_heardClient)
        {
            _pingServer = true;
            Interrupt();
        }

        var idle = !_heardServer;
        _heardClient = _heardServer = false;
        // If the lock is taken, a write is in progress and the direction is not idle.
        if (idle && await _writing.WaitAsync(TimeSpan.Zero))
        {
            await InsertTowardsClientAsync(PingClientAtBoundaryAsync);
        }
    }

    /// <summary>Inserts a frame towards the client and releases the write lock.</summary>
    private async Task InsertTowardsClientAsync(Func<CancellationToken, ValueTask> insert)
    {
        try
        {
            await insert(_closeDeadline.Token);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone; the proxy detects this by its own read or write and closes the other side.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask PingClientAtBoundaryAsync(CancellationToken cancellationToken)
    {
        if (!_closedClient && _toClient is { IsAtBoundary: true, IsClosed: false })
        {
            await _client.WriteAsync(ControlFrames.PingToClient, cancellationToken);
        }
    }

    private async ValueTask CloseClientAtBoundaryAsync(CancellationToken cancellationToken)
    {
        if (_closing && !_closedClient && _toClient is { IsAtBoundary: true, IsClosed: false })
        {
            _closedClient = true;
            await _client.WriteAsync(ControlFrames.CloseToClient, cancellationToken);
        }
    }

    private void Abort()
    {
        _closeDeadline.Cancel();
        _abort();
    }

    private void Interrupt()
    {
        lock (_interruptLock)
        {
            _interrupt.Cancel();
        }
    }

    /// <summary>Returns a token for the caller's cancellation and <see cref="Interrupt"/>; recreated only after a change.</summary>
    private CancellationToken InterruptibleBy(CancellationToken cancellationToken)
    {
        lock (_interruptLock)
        {
            if (_interrupt.IsCancellationRequested)
            {
                _interrupt = new();
                _readCancellation?.Dispose();
                _readCancellation = null;
            }

            if (_readCancellation is null || _readCancellationOf != cancellationToken)
            {
                _readCancellation?.Dispose();
                _readCancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _interrupt.Token);
                _readCancellationOf = cancellationToken;
            }

            return _readCancellation.Token;
        }
    }
}
