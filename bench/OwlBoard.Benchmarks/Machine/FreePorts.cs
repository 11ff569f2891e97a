using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Benchmarks.Machine;

/// <summary>Finds TCP ports on loopback without a listener.</summary>
internal static class FreePorts
{
    /// <summary>The first port: below the ephemeral range, so that no outgoing connection uses one of the ports.</summary>
    private static int _next = Random.Shared.Next(15_000, 28_000);

    public static int Next()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref _next);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // The port is in use.
            }
        }
    }

    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];
}
