using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace OwlBoard.Forwarding.Transport;

/// <summary>An operation that can be awaited. Its value tasks become invalid when the next operation begins.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
[SuppressMessage("Reliability", "CA2012", Justification = "The value task is created from this source and returned to the caller.")]
internal abstract class AwaitableOperation<T> : SocketOperation, IValueTaskSource<T>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private Exception? _failure;

    /// <summary>The value task of the current operation, with its result.</summary>
    protected ValueTask<T> Result => new(this, _source.Version);

    /// <summary>The value task of the current operation, without a result.</summary>
    protected ValueTask Completion => new(this, _source.Version);

    /// <summary>Indicates whether the current operation has succeeded.</summary>
    protected bool HasSucceeded => _source.GetStatus(_source.Version) == ValueTaskSourceStatus.Succeeded;

    T IValueTaskSource<T>.GetResult(short token) => GetResult(token);

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    public override void Complete()
    {
        if (_failure is not { } failure)
        {
            _source.SetResult(true);
        }
        else
        {
            _failure = null;
            _source.SetException(failure);
        }
    }

    /// <summary>Returns the result to the awaiter; the operation keeps it until then.</summary>
    protected abstract T GetResult(short token);

    /// <summary>Throws the exception of a failed operation.</summary>
    protected void ThrowIfFailed(short token) => _source.GetResult(token);

    /// <summary>Begins the next operation.</summary>
    protected void Begin() => _source.Reset();

    /// <inheritdoc cref="End(Exception?)"/>
    protected void End(SocketError error) => End(error == SocketError.Success ? null : new SocketException((int)error));

    /// <summary>Completes the operation; during the receiving phase of a loop, after the batch has been received.</summary>
    protected void End(Exception? failure)
    {
        _failure = failure;
        CompleteOnceReceived();
    }
}
