using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// The number that identifies a client for limits, never 0: an IPv4 address or an IPv6 /64. A /64 is the smallest network that
/// providers assign to a customer, who can use any address in it.
/// </summary>
internal static class ClientNetwork
{
    /// <summary>Separates IPv4 from IPv6: no client has a /64 in the reserved 0::/8 (RFC 4291 section 2.4).</summary>
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
        // ::1 is in ::/64. It gets the number of a multicast network, which is never a source address.
        return network == 0 ? ulong.MaxValue : network;
    }
}
