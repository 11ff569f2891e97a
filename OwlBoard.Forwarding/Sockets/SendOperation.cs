using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Sends a buffer; before that, connects.</summary>
internal sealed class SendOperation(LoopSocket socket) : AwaitableOperation<bool>
{
    private ReadOnlyMemory<byte> _rest;
    private bool _isConnecting;

    public ValueTask ConnectAsync(IPEndPoint endPoint)
    {
        Begin();
        _isConnecting = true;
        if (socket.TryConnect(endPoint))
        {
            _isConnecting = false;
            return default;
        }

        RunWhenReady();
        return Completion;
    }

    public ValueTask RunAsync(ReadOnlyMemory<byte> buffer)
    {
        if (socket.TrySend(buffer.Span, out var sent, out var error))
        {
            return default;
        }

        if (error != SocketError.WouldBlock)
        {
            return ValueTask.FromException(new SocketException((int)error));
        }

        Begin();
        _rest = buffer[sent..];
        RunWhenReady();
        return Completion;
    }

    protected override bool TryRun()
    {
        SocketError error;
        if (_isConnecting)
        {
            error = socket.ConnectResult();
            _isConnecting = false;
        }
        else if (!socket.TrySend(_rest.Span, out var sent, out error) && error == SocketError.WouldBlock)
        {
            _rest = _rest[sent..];
            return false;
        }

        _rest = default;
        End(true, error == SocketError.Success ? null : new SocketException((int)error));
        return true;
    }

    protected override void OnClosed()
    {
        _rest = default;
        End(false, new SocketException((int)SocketError.OperationAborted));
    }
}
