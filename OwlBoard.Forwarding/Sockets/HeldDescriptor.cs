using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>A socket's file descriptor, which nobody else gets until this is disposed.</summary>
internal readonly ref struct HeldDescriptor : IDisposable
{
    private readonly SafeSocketHandle _socket;

    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public HeldDescriptor(SafeSocketHandle socket)
    {
        var isHeld = false;
        socket.DangerousAddRef(ref isHeld);
        _socket = socket;
    }

    public int Number => (int)_socket.DangerousGetHandle();

    public void Dispose() => _socket.DangerousRelease();
}
