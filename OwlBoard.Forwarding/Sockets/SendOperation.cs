using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Sends a buffer; before that, connects.</summary>
[SuppressMessage("Reliability", "CA2012", Justification = "A value task is made of its source, for whoever asked.")]
internal sealed class SendOperation(LoopSocket socket) : SocketOperation, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private ReadOnlyMemory<byte> _rest;
    private bool _isConnecting;

    public ValueTask ConnectAsync(IPEndPoint endPoint)
    {
        _source.Reset();
        _isConnecting = true;
        if (socket.TryConnect(endPoint))
        {
            _isConnecting = false;
            return default;
        }

        RunWhenReady();
        return new ValueTask(this, _source.Version);
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

        _source.Reset();
        _rest = buffer[sent..];
        RunWhenReady();
        return new ValueTask(this, _source.Version);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

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
        if (error == SocketError.Success)
        {
            _source.SetResult(true);
        }
        else
        {
            _source.SetException(new SocketException((int)error));
        }

        return true;
    }

    protected override void OnClosed()
    {
        _rest = default;
        _source.SetException(new SocketException((int)SocketError.OperationAborted));
    }
}
