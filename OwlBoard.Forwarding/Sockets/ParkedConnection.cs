using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>A client's connection that waits for its next request: the socket and what is needed to serve it again.</summary>
internal sealed class ParkedConnection : SocketOperation
{
    private readonly LoopListener _listener;

    /// <param name="socket">The socket. It is this one's from now on.</param>
    /// <param name="listener">The listener that gives the connection to the server again.</param>
    /// <param name="remote">The client's address.</param>
    /// <param name="local">This end's address.</param>
    /// <param name="owner">The connection's owner.</param>
    public ParkedConnection(LoopSocket socket, LoopListener listener, EndPoint remote, EndPoint local, IParkingOwner? owner)
    {
        Socket = socket;
        _listener = listener;
        Remote = remote;
        Local = local;
        Owner = owner;
    }

    /// <summary>Gets the connection's owner.</summary>
    public IParkingOwner? Owner { get; }

    /// <summary>Gets the client's address.</summary>
    public EndPoint Remote { get; }

    /// <summary>Gets this end's address.</summary>
    public EndPoint Local { get; }

    public override LoopSocket Socket { get; }

    public override bool IsOfClient => true;

    /// <summary>Begins to wait. What has been received since the server read last is noticed.</summary>
    public void Begin()
    {
        Socket.Rebind(this, peerGone: null);
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
                // The client has closed the connection, or it broke.
                Socket.Dispose();
                return false;
        }
    }

    protected override void OnClosed() => _listener.Forget(this);
}
