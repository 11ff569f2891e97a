using System.IO.Hashing;
using System.Net;
using System.Runtime.InteropServices;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>
/// Hashes that are equal in every process and on every machine, unlike <see cref="object.GetHashCode"/>: all load
/// balancers must map a key to the same gateway.
/// </summary>
internal static class StableHash
{
    public static ulong Of(string text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));

    public static ulong Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return XxHash3.HashToUInt64(bytes[..length]);
    }

    /// <summary>
    /// Combines two hashes into one of the same quality (the finalizer of SplitMix64; Steele, Lea and Flood, 2014).
    /// </summary>
    public static ulong Join(ulong first, ulong second)
    {
        var mixed = first ^ second;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Maps the hash to a number between 0 and 1, both exclusive.</summary>
    public static double ToFraction(ulong hash) => ((hash >> 11) + 0.5) / (1UL << 53);
}
