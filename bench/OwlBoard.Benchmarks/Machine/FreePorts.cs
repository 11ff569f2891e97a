using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Benchmarks.Machine;

/// <summary>TCP ports on loopback that nothing listens on.</summary>
internal static class FreePorts
{
    /// <summary>Below the range that systems take ports for outgoing connections from: nobody gets one by chance.</summary>
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
                // Taken: the next one.
            }
        }
    }

    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];
}
