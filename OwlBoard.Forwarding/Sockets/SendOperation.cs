using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Sends a buffer; before that, connects.</summary>
internal sealed class SendOperation(LoopSocket socket) : AwaitableOperation<bool>
{
    private ReadOnlyMemory<byte> _rest;
    private Socket? _connecting;
    private int _stage;

    public override LoopSocket Socket => socket;

    /// <summary>
    /// How far a buffer of <see cref="RunInBatch"/> has come. Its answer may be here while the thread that sends it is still
    /// on its way back from the kernel: that is waited for, and <see cref="SendStage.Sending"/> never said.
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

    /// <param name="loops">The loops, one of which the socket is assigned to.</param>
    /// <param name="connecting">What the loop's socket was made of.</param>
    /// <param name="endPoint">Where to.</param>
    /// <exception cref="SocketException">Nobody took the connection.</exception>
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
            // What comes later must not overtake it.
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

    /// <summary>Sends a buffer with what else the loop's batch sends. If that fails the socket is closed, and who receives learns why.</summary>
    public void RunInBatch(SocketLoop loop, ReadOnlyMemory<byte> buffer)
    {
        _rest = buffer;
        Volatile.Write(ref _stage, (int)SendStage.Queued);
        loop.SendInBatch(this);
    }

    /// <summary>Takes a buffer back that is still queued.</summary>
    /// <returns>Whether it was: then no byte of it was or will be sent.</returns>
    public bool TryTakeBack() => TryClaim(SendStage.TakenBack);

    /// <summary>Sends what <see cref="RunInBatch"/> was given, unless it was taken back.</summary>
    public void SendQueued()
    {
        var buffer = _rest;
        if (!TryClaim(SendStage.Sending))
        {
            return;
        }

        // Once it is sent its answer may come on another thread, and the next buffer with it.
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

    /// <summary>Begins to connect.</summary>
    /// <returns>Whether it is connected already.</returns>
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

    /// <summary>How the attempt to connect ended.</summary>
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
