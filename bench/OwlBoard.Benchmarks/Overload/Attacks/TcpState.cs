using System.Net.Sockets;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>The state of a TCP connection, which the kernel knows without anything being read from it.</summary>
internal static class TcpState
{
    private const int Tcp = 6;
    private const int TcpInfo = 11;
    private const byte Established = 1;

    /// <summary>Returns whether neither side has closed the connection (<c>TCP_INFO</c>, tcp(7)).</summary>
    public static bool IsEstablished(Socket socket)
    {
        Span<byte> info = stackalloc byte[1];
        return socket.GetRawSocketOption(Tcp, TcpInfo, info) == info.Length && info[0] == Established;
    }
}
