using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Accepts the pending connections of a listening socket.</summary>
internal sealed class AcceptOperation(Socket listener) : AwaitableOperation<SocketDescriptor?>
{
    private int _accepted;

    /// <summary>Always <see langword="null"/>: a connection that fails does not close the listener.</summary>
    public override LoopSocket? Socket => null;

    /// <summary>The peer's address of the last accepted connection.</summary>
    public SocketAddress Peer { get; } = new(listener.AddressFamily);

    /// <summary>Indicates whether <see cref="Interrupt"/> ended the last wait.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>Ends the pending wait, if any.</summary>
    public void Interrupt()
    {
        if (TryStopWaiting())
        {
            IsInterrupted = true;
            End(SocketError.Success);
        }
    }

    /// <summary>Waits for a connection. Only one wait may be pending.</summary>
    /// <returns>The connection; <see langword="null"/> if the listener is closed or the wait was interrupted.</returns>
    /// <exception cref="SocketException">The connection could not be accepted; later ones may be.</exception>
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
            using var descriptor = new DescriptorLease(listener.SafeHandle);
            _accepted = SocketCalls.Accept(descriptor.Number, Peer, out error);
        }
        catch (ObjectDisposedException)
        {
            // The listener was closed in the meantime.
            OnClosed();
            return true;
        }

        if (error == SocketError.WouldBlock)
        {
            return false;
        }

        // Further connections may be pending, including one that could not be accepted.
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
