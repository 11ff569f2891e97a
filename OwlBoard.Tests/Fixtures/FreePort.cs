using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Tests.Fixtures;

internal static class FreePort
{
    /// <summary>The first port, below the ephemeral range (RFC 6056): no outgoing connection uses one by chance.</summary>
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>Returns a TCP port on loopback that is currently free and was not returned to another test.</summary>
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
