using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Takes a connection that a listener's socket holds.</summary>
internal sealed class AcceptOperation(Socket listener) : AwaitableOperation<Socket?>
{
    /// <summary>Waits for one. One at a time.</summary>
    /// <returns>It; <see langword="null"/> once the listener is closed.</returns>
    /// <exception cref="SocketException">It could not be taken; others may be.</exception>
    public ValueTask<Socket?> RunAsync()
    {
        Begin();
        RunWhenReady();
        return Result;
    }

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
        End(accepted, failure);
        return true;
    }

    protected override void OnClosed() => End(null, failure: null);
}
