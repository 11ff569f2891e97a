using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Receives into a buffer.</summary>
[SuppressMessage("Reliability", "CA2012", Justification = "A value task is made of its source, for whoever asked.")]
internal sealed class ReceiveOperation(LoopSocket socket) : SocketOperation, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _source;
    private Memory<byte> _buffer;

    public ValueTask<int> RunAsync(Memory<byte> buffer)
    {
        _source.Reset();
        _buffer = buffer;
        if (!TryRunNow())
        {
            RunWhenReady();
        }

        return new ValueTask<int>(this, _source.Version);
    }

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected override bool TryRun()
    {
        if (!socket.TryReceive(_buffer.Span, out var count, out var error))
        {
            return false;
        }

        // Fewer than fit were all that were there, and more will be said. The end, and an error, are said once.
        if (count == _buffer.Length || error != SocketError.Success || socket.IsPeerGone)
        {
            KeepReady();
        }

        _buffer = default;
        if (error == SocketError.Success)
        {
            _source.SetResult(count);
        }
        else
        {
            _source.SetException(new SocketException((int)error));
        }

        return true;
    }

    protected override void OnClosed()
    {
        _buffer = default;
        _source.SetException(new SocketException((int)SocketError.OperationAborted));
    }
}
