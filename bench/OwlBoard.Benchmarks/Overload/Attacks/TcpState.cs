using System.Net.Sockets;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>The state of a TCP connection in the kernel, and the options that are set for an attacker.</summary>
internal static class TcpState
{
    private const int Tcp = 6;
    private const int TcpInfo = 11;
    private const int MaximumSegment = 2;
    private const int EthernetSegmentBytes = 1460;
    private const byte Established = 1;

    /// <summary>
    /// Announces the segments of an Ethernet before the connection is opened. Those of loopback have 64 KB, of which the
    /// kernel buffers twenty, so that the memory for TCP of the whole system would run out before a proxy's.
    /// </summary>
    public static void UseEthernetSegments(Socket socket) =>
        socket.SetRawSocketOption(Tcp, MaximumSegment, BitConverter.GetBytes(EthernetSegmentBytes));

    /// <summary>Returns whether neither side has closed the connection (<c>TCP_INFO</c>, tcp(7)).</summary>
    public static bool IsEstablished(Socket socket)
    {
        Span<byte> info = stackalloc byte[1];
        return socket.GetRawSocketOption(Tcp, TcpInfo, info) == info.Length && info[0] == Established;
    }
}
