using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Transport;

/// <summary>A socket's file descriptor, which is not closed or reused until this instance is disposed.</summary>
internal readonly ref struct DescriptorLease : IDisposable
{
    private readonly SafeHandle? _counted;

    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public DescriptorLease(SafeHandle socket)
    {
        var isHeld = false;
        socket.DangerousAddRef(ref isHeld);
        _counted = socket;
        Number = NumberOf(socket);
    }

    private DescriptorLease(int number) => Number = number;

    public int Number { get; }

    /// <summary>
    /// Creates an instance for a socket that the current batch keeps open, on the loop's thread. No reference is counted.
    /// </summary>
    public static DescriptorLease HeldByBatch(SafeHandle socket) => new(NumberOf(socket));

    public void Dispose() => _counted?.DangerousRelease();

    private static int NumberOf(SafeHandle socket) => (int)socket.DangerousGetHandle();
}
