using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>A socket's file descriptor, which nobody else gets until this is disposed.</summary>
internal readonly ref struct HeldDescriptor : IDisposable
{
    private readonly SafeSocketHandle? _counted;

    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public HeldDescriptor(SafeSocketHandle socket)
    {
        var isHeld = false;
        socket.DangerousAddRef(ref isHeld);
        _counted = socket;
        Number = NumberOf(socket);
    }

    private HeldDescriptor(int number) => Number = number;

    public int Number { get; }

    /// <summary>That of a socket that the batch of its loop keeps open, on the loop's thread: nothing is counted.</summary>
    public static HeldDescriptor HeldByBatch(SafeSocketHandle socket) => new(NumberOf(socket));

    public void Dispose() => _counted?.DangerousRelease();

    private static int NumberOf(SafeSocketHandle socket) => (int)socket.DangerousGetHandle();
}
