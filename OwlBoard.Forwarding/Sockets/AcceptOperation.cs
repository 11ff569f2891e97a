using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Takes a connection that a listener's socket holds.</summary>
internal sealed class AcceptOperation(Socket listener) : AwaitableOperation<SocketDescriptor?>
{
    private int _accepted;

    /// <summary>Gets <see langword="null"/>: a connection that fails does not close the listener.</summary>
    public override LoopSocket? Socket => null;

    /// <summary>The address at the other end of the connection that was taken last, for whoever took it.</summary>
    public SocketAddress Peer { get; } = new(listener.AddressFamily);

    /// <summary>Gets whether the last wait was ended by <see cref="Interrupt"/>.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>Ends the wait, if there is one.</summary>
    public void Interrupt()
    {
        if (TryStopWaiting())
        {
            IsInterrupted = true;
            End(SocketError.Success);
        }
    }

    /// <summary>Waits for one. One at a time.</summary>
    /// <returns>It; <see langword="null"/> once the listener is closed, or if the wait was interrupted.</returns>
    /// <exception cref="SocketException">It could not be taken; others may be.</exception>
    public ValueTask<SocketDescriptor?> RunAsync()
    {
        Begin();
        _accepted = SocketCalls.None;
        IsInterrupted = false;
        RunWhenReady();
        return Result;
    }

    protected override bool TryRun()
    {
        SocketError error;
        try
        {
            using var descriptor = new HeldDescriptor(listener.SafeHandle);
            _accepted = SocketCalls.Accept(descriptor.Number, Peer, out error);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: there is none any more.
            OnClosed();
            return true;
        }

        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        // There may be others; and one that could not be taken may still be there.
        KeepReady();
        End(error);
        return true;
    }

    protected override void OnClosed() => End(SocketError.Success);

    protected override SocketDescriptor? GetResult(short token)
    {
        ThrowIfFailed(token);
        return _accepted == SocketCalls.None ? null : new SocketDescriptor(_accepted);
    }
}
