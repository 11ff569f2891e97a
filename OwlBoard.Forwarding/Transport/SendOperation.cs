using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Connects, and sends buffers.</summary>
internal sealed class SendOperation(LoopSocket socket) : AwaitableOperation<bool>
{
    private ReadOnlyMemory<byte> _rest;
    private Socket? _connecting;
    private int _stage;

    public override LoopSocket Socket => socket;

    /// <summary>
    /// The send stage of a buffer of <see cref="RunInBatch"/>. The response may arrive while the sending thread is still
    /// returning from the system call, so this property waits for that thread and never returns
    /// <see cref="SendStage.Sending"/>.
    /// </summary>
    public SendStage Stage
    {
        get
        {
            var wait = new SpinWait();
            while ((SendStage)Volatile.Read(ref _stage) == SendStage.Sending)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }

            return (SendStage)Volatile.Read(ref _stage);
        }
    }

    /// <param name="loops">The loops; the socket is assigned to one of them.</param>
    /// <param name="connecting">The socket that the <see cref="LoopSocket"/> was created from.</param>
    /// <param name="endPoint">The address to connect to.</param>
    /// <exception cref="SocketException">The connection was not accepted.</exception>
    public ValueTask ConnectAsync(SocketLoops loops, Socket connecting, IPEndPoint endPoint)
    {
        Begin();
        var isConnected = TryConnect(connecting, endPoint);
        _connecting = isConnected ? null : connecting;
        socket.Begin(loops);
        if (isConnected)
        {
            return default;
        }

        RunWhenReady();
        return Completion;
    }

    public ValueTask RunAsync(ReadOnlyMemory<byte> buffer)
    {
        if (Stage == SendStage.Queued)
        {
            // This buffer must not overtake the queued one.
            SendQueued();
        }

        if (socket.TrySend(buffer.Span, out var sent, out var error))
        {
            return default;
        }

        if (error != SocketError.WouldBlock)
        {
            return ValueTask.FromException(new SocketException((int)error));
        }

        SendRestWhenReady(buffer[sent..]);
        return Completion;
    }

    /// <summary>Sends a buffer with the loop's batch. A failure closes the socket and is reported to the receive operation.</summary>
    public void RunInBatch(SocketLoop loop, ReadOnlyMemory<byte> buffer)
    {
        _rest = buffer;
        Volatile.Write(ref _stage, (int)SendStage.Queued);
        loop.SendInBatch(this);
    }

    /// <summary>Withdraws a buffer that is still queued.</summary>
    /// <returns><see langword="true"/> if no byte of it was or will be sent; otherwise, <see langword="false"/>.</returns>
    public bool TryWithdraw() => TryClaim(SendStage.Withdrawn);

    /// <summary>Sends the buffer of <see cref="RunInBatch"/>, unless it was withdrawn.</summary>
    public void SendQueued()
    {
        var buffer = _rest;
        if (!TryClaim(SendStage.Sending))
        {
            return;
        }

        // Clear the field first: after the send, the response and the next buffer may arrive on another thread.
        _rest = default;
        var isSent = socket.TrySend(buffer.Span, out var sent, out var error);
        Volatile.Write(ref _stage, (int)(isSent ? SendStage.Done : SendStage.Begun));
        if (error == SocketError.WouldBlock)
        {
            SendRestWhenReady(buffer[sent..]);
        }
        else if (!isSent)
        {
            socket.Fail(error);
        }
    }

    protected override bool TryRun()
    {
        SocketError error;
        if (_connecting is { } connecting)
        {
            error = ResultOf(connecting);
            _connecting = null;
        }
        else if (!socket.TrySend(_rest.Span, out var sent, out error) && error == SocketError.WouldBlock)
        {
            _rest = _rest[sent..];
            return false;
        }

        _rest = default;
        if (error == SocketError.Success)
        {
            Volatile.Write(ref _stage, (int)SendStage.Done);
        }

        End(error);
        return true;
    }

    protected override void OnClosed()
    {
        _rest = default;
        End(socket.CloseReason);
    }

    protected override bool GetResult(short token)
    {
        ThrowIfFailed(token);
        return true;
    }

    /// <summary>Starts connecting.</summary>
    /// <returns><see langword="true"/> if the socket is already connected; otherwise, <see langword="false"/>.</returns>
    private static bool TryConnect(Socket connecting, IPEndPoint endPoint)
    {
        try
        {
            connecting.Connect(endPoint);
            return true;
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            return false;
        }
    }

    /// <summary>Returns the result of the connection attempt.</summary>
    private static SocketError ResultOf(Socket connecting)
    {
        try
        {
            return (SocketError)(int)connecting.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.OperationAborted;
        }
    }

    private bool TryClaim(SendStage stage) =>
        Interlocked.CompareExchange(ref _stage, (int)stage, (int)SendStage.Queued) == (int)SendStage.Queued;

    private void SendRestWhenReady(ReadOnlyMemory<byte> rest)
    {
        Begin();
        _rest = rest;
        RunWhenReady();
    }
}
