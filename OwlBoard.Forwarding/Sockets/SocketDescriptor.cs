using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// An accepted socket's file descriptor, closed when nobody holds it any more. A <see cref="Socket"/> around it would be four
/// more objects for each connection, for its own asynchronous operations, and a system call that says that they may wait.
/// </summary>
internal sealed class SocketDescriptor : SafeHandle
{
    public SocketDescriptor(int number)
        : base(invalidHandleValue: SocketCalls.None, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle < 0;

    protected override bool ReleaseHandle() => SocketCalls.Close((int)handle);
}
