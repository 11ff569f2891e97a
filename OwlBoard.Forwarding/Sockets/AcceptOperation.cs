using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Takes a connection that a listener's socket holds.</summary>
[SuppressMessage("Reliability", "CA2012", Justification = "A value task is made of its source, for whoever asked.")]
internal sealed class AcceptOperation(Socket listener) : SocketOperation, IValueTaskSource<Socket?>
{
    private ManualResetValueTaskSourceCore<Socket?> _source;

    /// <summary>Waits for one. One at a time.</summary>
    /// <returns>It; <see langword="null"/> once the listener is closed.</returns>
    /// <exception cref="SocketException">It could not be taken; others may be.</exception>
    public ValueTask<Socket?> RunAsync()
    {
        _source.Reset();
        if (!TryRunNow())
        {
            RunWhenReady();
        }

        return new ValueTask<Socket?>(this, _source.Version);
    }

    Socket? IValueTaskSource<Socket?>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Socket?>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<Socket?>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected override bool TryRun()
    {
        Socket? accepted = null;
        SocketException? failure = null;
        try
        {
            // Asked first, since Accept says that there is none by an exception.
            if (!listener.Poll(0, SelectMode.SelectRead))
            {
                return false;
            }

            accepted = listener.Accept();
        }
        catch (SocketException gone) when (gone.SocketErrorCode == SocketError.WouldBlock)
        {
            return false;
        }
        catch (SocketException refused)
        {
            failure = refused;
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: there is none any more.
        }

        // There may be others; and one that could not be taken may still be there.
        KeepReady();
        if (failure is null)
        {
            _source.SetResult(accepted);
        }
        else
        {
            _source.SetException(failure);
        }

        return true;
    }

    protected override void OnClosed() => _source.SetResult(null);
}
