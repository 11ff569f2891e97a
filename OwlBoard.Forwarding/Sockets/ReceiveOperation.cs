using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Receives into a buffer.</summary>
internal sealed class ReceiveOperation(LoopSocket socket) : AwaitableOperation<int>
{
    private Memory<byte> _buffer;
    private int _count;

    public ValueTask<int> RunAsync(Memory<byte> buffer)
    {
        Begin();
        _buffer = buffer;
        RunWhenReady();
        return Result;
    }

    protected override bool TryRun()
    {
        (_count, var error) = (0, SocketError.Success);
        // TLS waits with an empty buffer, to have one only for what is there: the kernel has said that there is something.
        if (!_buffer.IsEmpty && !socket.TryReceive(_buffer.Span, out _count, out error))
        {
            return false;
        }

        // Fewer than fit were all that were there, and more will be said. The end, and an error, are said once.
        if (_count == _buffer.Length || error != SocketError.Success || socket.IsPeerGone)
        {
            KeepReady();
        }

        _buffer = default;
        End(error);
        return true;
    }

    protected override void OnClosed()
    {
        _buffer = default;
        End(socket.CloseReason);
    }

    protected override int GetResult(short token)
    {
        ThrowIfFailed(token);
        return _count;
    }
}
