using System.Net.Sockets;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>The kernel state of a TCP connection, and socket options of attackers.</summary>
internal static class TcpState
{
    private const int Tcp = 6;
    private const int TcpInfo = 11;
    private const int MaximumSegment = 2;
    private const int EthernetSegmentBytes = 1460;
    private const byte Established = 1;

    /// <summary>
    /// Sets the segment size of Ethernet before the connection is opened. Loopback segments have 64 KB, of which the kernel
    /// buffers twenty, so that the TCP memory of the whole system would run out before that of a proxy.
    /// </summary>
    public static void UseEthernetSegments(Socket socket) =>
        socket.SetRawSocketOption(Tcp, MaximumSegment, BitConverter.GetBytes(EthernetSegmentBytes));

    /// <summary>Returns whether the connection is open in both directions (<c>TCP_INFO</c>, tcp(7)).</summary>
    public static bool IsEstablished(Socket socket)
    {
        Span<byte> info = stackalloc byte[1];
        return socket.GetRawSocketOption(Tcp, TcpInfo, info) == info.Length && info[0] == Established;
    }
}
