using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>An operation that somebody waits for. Its value tasks are of no use once the next one has begun.</summary>
/// <typeparam name="T">What it ends with.</typeparam>
[SuppressMessage("Reliability", "CA2012", Justification = "A value task is made of its source, for whoever asked.")]
internal abstract class AwaitableOperation<T> : SocketOperation, IValueTaskSource<T>, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private Exception? _failure;

    /// <summary>What ends with the present attempt, and with its result.</summary>
    protected ValueTask<T> Result => new(this, _source.Version);

    /// <summary>What ends with the present attempt.</summary>
    protected ValueTask Completion => new(this, _source.Version);

    /// <summary>Whether the present attempt has ended well.</summary>
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

    /// <summary>Whoever waited takes the result, which is the operation's to keep until then.</summary>
    protected abstract T GetResult(short token);

    /// <summary>Throws what the attempt failed with, if it did.</summary>
    protected void ThrowIfFailed(short token) => _source.GetResult(token);

    /// <summary>The next attempt begins.</summary>
    protected void Begin() => _source.Reset();

    /// <inheritdoc cref="End(Exception?)"/>
    protected void End(SocketError error) => End(error == SocketError.Success ? null : new SocketException((int)error));

    /// <summary>Says to whoever waits how the attempt ended; in a loop that still receives, once it has received everything.</summary>
    protected void End(Exception? failure)
    {
        _failure = failure;
        CompleteOnceReceived();
    }
}
