using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Transport;

/// <summary>A parked client connection that waits for its next request: the socket and the state to resume it.</summary>
internal sealed class ParkedConnection : SocketOperation
{
    private readonly LoopListener _listener;

    /// <param name="socket">The socket, which this instance takes ownership of.</param>
    /// <param name="listener">The listener that resumes the connection.</param>
    /// <param name="remote">The client's address.</param>
    /// <param name="local">The local address.</param>
    /// <param name="owner">The connection's owner.</param>
    public ParkedConnection(LoopSocket socket, LoopListener listener, EndPoint remote, EndPoint local, IParkingOwner? owner)
    {
        Socket = socket;
        _listener = listener;
        Remote = remote;
        Local = local;
        Owner = owner;
    }

    /// <summary>The connection's owner.</summary>
    public IParkingOwner? Owner { get; }

    /// <summary>The client's address.</summary>
    public EndPoint Remote { get; }

    /// <summary>The local address.</summary>
    public EndPoint Local { get; }

    public override LoopSocket Socket { get; }

    public override bool IsOfClient => true;

    /// <summary>Starts waiting. Data received since the server's last read is detected.</summary>
    public void Begin()
    {
        Socket.Rebind(this, peerClosed: null);
        KeepReady();
        RunWhenReady();
    }

    public override void Complete() => _listener.Resume(this);

    protected override bool TryRun()
    {
        switch (Socket.Peek())
        {
            case SocketError.Success:
                CompleteOnceReceived();
                return true;
            case SocketError.WouldBlock:
                return false;
            default:
                // The client has closed the connection, or it failed.
                Socket.Dispose();
                return false;
        }
    }

    protected override void OnClosed() => _listener.Forget(this);
}
