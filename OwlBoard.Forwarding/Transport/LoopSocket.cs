using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// A TCP connection in a <see cref="SocketLoop"/>. Its operations complete on the loop's thread. The asynchronous operations
/// of <see cref="Socket"/> end each message with an extra system call that finds no more data; this class waits for the
/// kernel's notification instead.
/// </summary>
internal sealed class LoopSocket : TcpSocket
{
    /// <summary>The object that closes the descriptor.</summary>
    private readonly IDisposable _owner;

    private readonly SendOperation _send;
    private volatile SocketOperation _receive;
    private volatile Action? _peerGone;
    private volatile SocketLoop? _loop;
    private int _failure = (int)SocketError.OperationAborted;
    private int _disposed;

    /// <param name="socket">A TCP socket, which this instance takes ownership of.</param>
    /// <param name="receive">The receive operation to use instead of <see cref="ReceiveOperation"/>.</param>
    public LoopSocket(Socket socket, SocketOperation? receive = null)
        : this(socket.SafeHandle, socket, receive, peerClosed: null)
    {
    }

    /// <param name="accepted">An accepted connection, which this instance takes ownership of.</param>
    /// <param name="receive">The receive operation to use instead of <see cref="ReceiveOperation"/>.</param>
    /// <param name="peerClosed">Called on the loop's thread when the peer has closed its sending side, or the connection has failed.</param>
    public LoopSocket(SocketDescriptor accepted, SocketOperation receive, Action peerClosed)
        : this(accepted, accepted, receive, peerClosed)
    {
    }

    private LoopSocket(SafeHandle handle, IDisposable owner, SocketOperation? receive, Action? peerClosed)
    {
        _owner = owner;
        Handle = handle;
        _receive = receive ?? new ReceiveOperation(this);
        _send = new SendOperation(this);
        _peerGone = peerClosed;
    }

    /// <summary>Indicates whether the peer has closed its sending side; received data may still be unread.</summary>
    public bool IsPeerClosed { get; private set; }

    /// <summary>The registration in the loop.</summary>
    public ulong Registration { get; set; }

    /// <summary>The error for operations that are pending when the socket is closed.</summary>
    public SocketError CloseReason => (SocketError)Volatile.Read(ref _failure);

    public override SendStage Sending => _send.Stage;

    /// <summary>The handle of the file descriptor.</summary>
    public SafeHandle Handle { get; }

    /// <summary>Indicates whether this end has closed the socket.</summary>
    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>The kernel's counters; the default value once the socket is closed.</summary>
    public TcpProgress Progress
    {
        get
        {
            if (!TryHold(out var descriptor))
            {
                return default;
            }

            using (descriptor)
            {
                return SocketCalls.Progress(descriptor.Number);
            }
        }
    }

    /// <summary>Opens a socket and connects it.</summary>
    /// <exception cref="SocketException">The connection was not accepted.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async ValueTask<LoopSocket> ConnectAsync(SocketLoops loops, IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var connecting = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        var socket = new LoopSocket(connecting);
        try
        {
            await using (cancellationToken.UnsafeRegister(static socket => ((LoopSocket)socket!).Dispose(), socket))
            {
                await socket._send.ConnectAsync(loops, connecting, endPoint);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return socket;
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (failure is not OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            throw;
        }
    }

    /// <summary>
    /// Starts receiving the kernel's notifications. The socket must be connected or connecting: otherwise the first
    /// notification reports it as closed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The socket is closed, or the loops have stopped.</exception>
    public void Begin(SocketLoops loops)
    {
        Interlocked.Exchange(ref _loop, loops.Add(this));
        if (IsDisposed)
        {
            _loop.Close(this);
        }
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => ((ReceiveOperation)_receive).RunAsync(buffer);

    public override ValueTask<int> ReceiveAsync(IReceiveBuffer buffer) => ((ReceiveOperation)_receive).RunAsync(buffer);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer) => _send.RunAsync(buffer);

    public override ValueTask SendInBatchAsync(ReadOnlyMemory<byte> buffer)
    {
        if (SocketLoop.Current is not { } loop)
        {
            return _send.RunAsync(buffer);
        }

        _send.RunInBatch(loop, buffer);
        return default;
    }

    public override bool TryWithdraw() => _send.TryWithdraw();

    /// <summary>Receives the available data.</summary>
    /// <returns>
    /// <see langword="true"/> if data, the end, or an error was received; <see langword="false"/> if no data is available.
    /// </returns>
    public bool TryReceive(Span<byte> buffer, out int count, out SocketError error)
    {
        (count, error) = (0, SocketError.OperationAborted);
        if (TryHold(out var descriptor))
        {
            count = SocketCalls.Receive(descriptor.Number, buffer, out error);
            descriptor.Dispose();
        }

        return error != SocketError.WouldBlock;
    }

    /// <summary>Checks for data to receive without consuming it.</summary>
    /// <returns>
    /// <see cref="SocketError.Success"/> if data is available, <see cref="SocketError.WouldBlock"/> if not,
    /// <see cref="SocketError.Shutdown"/> at the end, or the error.
    /// </returns>
    public SocketError Peek()
    {
        if (!TryHold(out var descriptor))
        {
            return SocketError.OperationAborted;
        }

        var isThere = SocketCalls.Peek(descriptor.Number, out var error);
        descriptor.Dispose();
        return isThere ? SocketError.Success
            : error == SocketError.Success ? SocketError.Shutdown
            : error;
    }

    /// <summary>Replaces the receive operation, which must not be pending.</summary>
    /// <param name="receive">The operation. It must assume that it is ready: an event may have gone to the previous operation.</param>
    /// <param name="peerClosed">Called on the loop's thread when the peer has closed its sending side, or the connection has failed.</param>
    public void Rebind(SocketOperation receive, Action? peerClosed)
    {
        _peerGone = peerClosed;
        Interlocked.Exchange(ref _receive, receive);
        if (IsDisposed)
        {
            receive.Close();
        }
    }

    /// <summary>Sends as much as the kernel accepts.</summary>
    /// <returns><see langword="true"/> if everything was sent; otherwise, <see langword="false"/>, with the error.</returns>
    public bool TrySend(ReadOnlySpan<byte> buffer, out int count, out SocketError error)
    {
        (count, error) = (0, SocketError.OperationAborted);
        if (TryHold(out var descriptor))
        {
            count = SocketCalls.Send(descriptor.Number, buffer, out error);
            descriptor.Dispose();
        }

        if (error == SocketError.Success && count < buffer.Length)
        {
            error = SocketError.WouldBlock;
        }

        return error == SocketError.Success;
    }

    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public override void Shutdown(SocketShutdown how)
    {
        using var descriptor = new DescriptorLease(Handle);
        SocketCalls.Shutdown(descriptor.Number, how);
    }

    /// <summary>Configures the socket to reset the connection when it is closed.</summary>
    public void ResetOnClose()
    {
        if (TryHold(out var descriptor))
        {
            SocketCalls.ResetOnClose(descriptor.Number);
            descriptor.Dispose();
        }
    }

    /// <summary>Handles an event of the kernel.</summary>
    public void OnReady(Readiness readiness)
    {
        var isGone = (readiness & (Readiness.PeerClosed | Readiness.Closed | Readiness.Failed)) != 0;
        if (isGone)
        {
            IsPeerClosed = true;
            _peerGone?.Invoke();
        }

        if (isGone || (readiness & Readiness.Readable) != 0)
        {
            _receive.OnReady();
        }

        if ((readiness & (Readiness.Writable | Readiness.Closed | Readiness.Failed)) != 0)
        {
            _send.OnReady();
        }
    }

    /// <summary>Closes the socket; pending operations fail with the error.</summary>
    public void Fail(SocketError error)
    {
        Volatile.Write(ref _failure, (int)error);
        Dispose();
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            if (_loop is { } loop)
            {
                loop.Close(this);
            }
            else
            {
                Close();
            }

            _receive.Close();
            _send.Close();
        }
    }

    /// <summary>Closes the descriptor. Called by the loop.</summary>
    public void Close() => _owner.Dispose();

    /// <summary>
    /// Keeps the file descriptor open, unless the socket is closed. On the loop's thread the batch already keeps it open.
    /// </summary>
    private bool TryHold(out DescriptorLease descriptor)
    {
        if (IsDisposed)
        {
            descriptor = default;
            return false;
        }

        if (_loop is { } loop && SocketLoop.Current == loop)
        {
            descriptor = DescriptorLease.HeldByBatch(Handle);
            return true;
        }

        try
        {
            descriptor = new DescriptorLease(Handle);
            return true;
        }
        catch (ObjectDisposedException)
        {
            descriptor = default;
            return false;
        }
    }
}
