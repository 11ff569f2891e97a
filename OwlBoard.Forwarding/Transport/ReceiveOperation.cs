using System.Net.Sockets;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Receives into a buffer.</summary>
internal sealed class ReceiveOperation(LoopSocket socket) : AwaitableOperation<int>
{
    private Memory<byte> _buffer;
    private IReceiveBuffer? _provider;
    private int _count;

    public override LoopSocket Socket => socket;

    public ValueTask<int> RunAsync(Memory<byte> buffer)
    {
        Begin();
        _buffer = buffer;
        RunWhenReady();
        return Result;
    }

    public ValueTask<int> RunAsync(IReceiveBuffer provider)
    {
        Begin();
        _provider = provider;
        RunWhenReady();
        return Result;
    }

    protected override bool TryRun()
    {
        (_count, var error) = (0, SocketError.Success);
        var buffer = _provider is null ? _buffer : _provider.GetMemory();
        // TLS waits with an empty buffer, so that it rents one only for available data. There is some: the kernel signaled it.
        if (!buffer.IsEmpty && !socket.TryReceive(buffer.Span, out _count, out error))
        {
            _provider?.Release();
            return false;
        }

        // A short read drained the socket; epoll signals again. EOF and errors are signalled only once, so the socket stays ready.
        if (_count == buffer.Length || error != SocketError.Success || socket.IsPeerClosed)
        {
            KeepReady();
        }

        Clear();
        End(error);
        return true;
    }

    protected override void OnClosed()
    {
        Clear();
        End(socket.CloseReason);
    }

    protected override int GetResult(short token)
    {
        ThrowIfFailed(token);
        return _count;
    }

    private void Clear()
    {
        _buffer = default;
        _provider = null;
    }
}
