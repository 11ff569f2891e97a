using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// The file descriptor of an accepted socket, closed when its last reference is released. A <see cref="Socket"/> would take
/// four more objects per connection, for its asynchronous operations, and a system call to make it non-blocking.
/// </summary>
internal sealed class SocketDescriptor : SafeHandle
{
    public SocketDescriptor(int number)
        : base(invalidHandleValue: SocketCalls.None, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle < 0;

    protected override bool ReleaseHandle() => SocketCalls.Close((int)handle);
}
