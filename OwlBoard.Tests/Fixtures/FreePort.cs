using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Tests.Fixtures;

internal static class FreePort
{
    /// <summary>A TCP port on loopback that nothing listens on at the moment.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
