using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// What limits take for one client, as a number that is never 0: an IPv4 address, or an IPv6 /64, since that is the
/// least a provider gives one customer and its holder can use any of the addresses in it.
/// </summary>
internal static class ClientNetwork
{
    /// <summary>Keeps IPv4 apart from IPv6: 0::/8 is reserved (RFC 4291 section 2.4) and nobody's /64.</summary>
    private const ulong IPv4 = 1UL << 32;

    public static ulong Of(IPAddress client)
    {
        Span<byte> bytes = stackalloc byte[16];
        client.TryWriteBytes(bytes, out _);
        if (client.AddressFamily == AddressFamily.InterNetwork)
        {
            return IPv4 | BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        if (client.IsIPv4MappedToIPv6)
        {
            return IPv4 | BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        }

        var network = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        // ::1 is in ::/64. It takes the number of a multicast network, from which no packet comes.
        return network == 0 ? ulong.MaxValue : network;
    }
}
