using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Tests.Fixtures;

internal static class FreePort
{
    /// <summary>Below the range that systems take ports for outgoing connections from (RFC 6056): nobody gets one by chance.</summary>
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A TCP port on loopback that nothing listens on at the moment, and that was not given to another test.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (Given.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.IPv6Any, port);
            listener.Server.DualMode = true;
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
