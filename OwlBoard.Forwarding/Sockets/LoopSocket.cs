using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// A TCP connection in a <see cref="SocketLoop"/>. What waits for it goes on on the loop's thread. <see cref="Socket"/>'s own
/// asynchronous operations end each message with a system call that says that there is no other; here the kernel's
/// notification is waited for.
/// </summary>
internal sealed class LoopSocket : TcpSocket
{
    /// <summary>What closes it.</summary>
    private readonly IDisposable _owner;

    private readonly SendOperation _send;
    private volatile SocketOperation _receive;
    private volatile Action? _peerGone;
    private volatile SocketLoop? _loop;
    private int _failure = (int)SocketError.OperationAborted;
    private int _disposed;

    /// <param name="socket">A TCP socket. It is this one's from now on.</param>
    /// <param name="receive">The operation of the receiving direction instead of <see cref="ReceiveOperation"/>.</param>
    public LoopSocket(Socket socket, SocketOperation? receive = null)
        : this(socket.SafeHandle, socket, receive, peerGone: null)
    {
    }

    /// <param name="accepted">A connection. It is this one's from now on.</param>
    /// <param name="receive">The operation of the receiving direction instead of <see cref="ReceiveOperation"/>.</param>
    /// <param name="peerGone">Called on the loop's thread when the peer sends nothing more, or the connection broke.</param>
    public LoopSocket(SocketDescriptor accepted, SocketOperation receive, Action peerGone)
        : this(accepted, accepted, receive, peerGone)
    {
    }

    private LoopSocket(SafeHandle handle, IDisposable owner, SocketOperation? receive, Action? peerGone)
    {
        _owner = owner;
        Handle = handle;
        _receive = receive ?? new ReceiveOperation(this);
        _send = new SendOperation(this);
        _peerGone = peerGone;
    }

    /// <summary>Whether the peer sends nothing more, beside what may have come in before.</summary>
    public bool IsPeerGone { get; private set; }

    /// <summary>Its place in the loop.</summary>
    public ulong Registration { get; set; }

    /// <summary>Why whoever still waited when it was closed got nothing.</summary>
    public SocketError CloseReason => (SocketError)Volatile.Read(ref _failure);

    public override SendStage Sending => _send.Stage;

    /// <summary>What the kernel knows it by.</summary>
    public SafeHandle Handle { get; }

    /// <summary>Whether this end has closed it.</summary>
    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>How far it has come; nothing once it is closed.</summary>
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
    /// <exception cref="SocketException">Nobody took the connection.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
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

    /// <summary>From now on the kernel's notifications come. Not before it is connected or connecting: else the first would be that it is closed.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
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

    public override bool TryTakeBack() => _send.TryTakeBack();

    /// <summary>Receives what is there.</summary>
    /// <returns>Whether there was anything, the end and an error among others.</returns>
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

    /// <summary>Looks whether there is something to receive.</summary>
    /// <returns>
    /// <see cref="SocketError.Success"/> if there is, <see cref="SocketError.WouldBlock"/> if not, <see cref="SocketError.Shutdown"/> at
    /// the end, or the error.
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

    /// <summary>Replaces the operation of the receiving direction, which nothing waits for.</summary>
    /// <param name="receive">The operation. It has to assume that it is ready: an event may have gone to the former one.</param>
    /// <param name="peerGone">Called on the loop's thread when the peer sends nothing more, or the connection broke.</param>
    public void Rebind(SocketOperation receive, Action? peerGone)
    {
        _peerGone = peerGone;
        Interlocked.Exchange(ref _receive, receive);
        if (IsDisposed)
        {
            receive.Close();
        }
    }

    /// <summary>Sends what the kernel takes.</summary>
    /// <returns>Whether that was all; otherwise nothing more is taken at present, or there was an error.</returns>
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

    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public override void Shutdown(SocketShutdown how)
    {
        using var descriptor = new HeldDescriptor(Handle);
        SocketCalls.Shutdown(descriptor.Number, how);
    }

    /// <summary>Closing it resets the connection.</summary>
    public void ResetOnClose()
    {
        if (TryHold(out var descriptor))
        {
            SocketCalls.ResetOnClose(descriptor.Number);
            descriptor.Dispose();
        }
    }

    /// <summary>The kernel has said something of it.</summary>
    public void OnReady(Readiness readiness)
    {
        var isGone = (readiness & (Readiness.PeerClosed | Readiness.Closed | Readiness.Failed)) != 0;
        if (isGone)
        {
            IsPeerGone = true;
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

    /// <summary>Closes it for the error, which whoever waits for it gets.</summary>
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

    /// <summary>The kernel forgets it, for its loop.</summary>
    public void Close() => _owner.Dispose();

    /// <summary>Keeps the file descriptor this socket's, unless it is closed; on its loop's thread the batch does that anyway.</summary>
    private bool TryHold(out HeldDescriptor descriptor)
    {
        if (IsDisposed)
        {
            descriptor = default;
            return false;
        }

        if (_loop is { } loop && SocketLoop.Current == loop)
        {
            descriptor = HeldDescriptor.HeldByBatch(Handle);
            return true;
        }

        try
        {
            descriptor = new HeldDescriptor(Handle);
            return true;
        }
        catch (ObjectDisposedException)
        {
            descriptor = default;
            return false;
        }
    }
}
