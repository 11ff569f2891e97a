using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OwlBoard.Services.Http;

/// <summary>
/// Creates identifiers of 24 hex digits: 4 bytes of time, so that an index appends new ones, and 8 random bytes.
/// </summary>
internal static class HexId
{
    public const int Length = 24;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public static string New(TimeProvider time)
    {
        Span<byte> bytes = stackalloc byte[Length / 2];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)time.GetUtcNow().ToUnixTimeSeconds());
        RandomNumberGenerator.Fill(bytes[4..]);
        return Convert.ToHexStringLower(bytes);
    }

    public static bool IsValid(string? id) => id is { Length: Length } && !id.AsSpan().ContainsAnyExcept(HexDigits);
}
