namespace OwlBoard.Forwarding.WebSockets;

/// <summary>
/// The client's side of a WebSocket that a proxy relays. What the proxy reads here it sends to the server, and what it
/// gets from the server it writes here; so this is where frames of the proxy's own go into either direction, always
/// between two frames of the peers.
/// </summary>
/// <remarks>
/// A ping is answered by a pong that travels on to the other peer, who must not mind it (RFC 6455 section 5.5.3).
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

    /// <summary>Reads what goes to the server.</summary>
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

            // The server has its close frame, from here or from the client itself.
            if (_closedServer || (_closing && _fromClient.IsClosed))
            {
                await AwaitCloseOfClientAsync();
                return 0;
            }

            // Taken before the look at what there is to inject: an interrupt from here on cancels it.
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
                // The close frame goes where the last complete frame ended; what the client had begun after it is void.
                if (_closing && complete > 0 && !_fromClient.IsClosed && TakeInjection())
                {
                    return complete;
                }

                return count;
            }
            catch (OperationCanceledException)
                when (interruptible.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // Interrupted to put something in; no byte was taken.
            }
        }
    }

    /// <summary>Writes what the server sent.</summary>
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

            // Closing may have begun during the write.
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
            // Not disposed: the semaphore and the interrupt, which a ping or a close under way may still use.
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

    /// <summary>Chooses what goes to the server next, if anything does.</summary>
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
    /// Drops what the client still sends until its close frame comes. Not to be cancelled by the proxy, which cancels
    /// when the server has hung up: the client should have read its close frame before its connection goes.
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
            // It had its time.
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
        // Either direction had something to say since the last tick, or is kept alive.
        if (!_heardClient)
        {
            _pingServer = true;
            Interrupt();
        }

        var idle = !_heardServer;
        _heardClient = _heardServer = false;
        // Whoever writes at the moment is not idle.
        if (idle && await _writing.WaitAsync(TimeSpan.Zero))
        {
            await InsertTowardsClientAsync(PingClientAtBoundaryAsync);
        }
    }

    /// <summary>Writes something of the proxy's own, and releases the right to write.</summary>
    private async Task InsertTowardsClientAsync(Func<CancellationToken, ValueTask> insert)
    {
        try
        {
            await insert(_closeDeadline.Token);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The client left: the proxy learns that from its own read or write, and ends the other side.
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

    /// <summary>A token for both the caller's cancellation and <see cref="Interrupt"/>; made anew only after either changed.</summary>
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
