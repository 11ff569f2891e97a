using Microsoft.Extensions.Logging.Abstractions;
using OwlBoard.Forwarding.Sockets;

namespace OwlBoard.Tests.Forwarding.Sockets;

/// <summary>The loops of the tests that use sockets without a host.</summary>
internal static class TestLoops
{
    public static SocketLoops Instance { get; } = new(NullLogger<SocketLoops>.Instance);
}
