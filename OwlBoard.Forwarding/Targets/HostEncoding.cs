using System.Text;

namespace OwlBoard.Forwarding.Targets;

/// <summary>
/// Reads the value of <c>Host</c> or <c>:authority</c> as Latin-1 without the colon of an empty port. Kestrel refuses a host
/// with an empty port, which RFC 3986 section 3.2.3 allows, and an encoding is what it asks before it looks at the value.
/// </summary>
internal sealed class HostEncoding : Encoding
{
    public static readonly HostEncoding Instance = new();

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetCharCount(byte[] bytes, int index, int count) => LengthOf(bytes.AsSpan(index, count));

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Latin1.GetChars(bytes, byteIndex, LengthOf(bytes.AsSpan(byteIndex, byteCount)), chars, charIndex);

    public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    public override int GetMaxCharCount(int byteCount) => Latin1.GetMaxCharCount(byteCount);

    /// <summary>Returns how many bytes of a value to read.</summary>
    private static int LengthOf(ReadOnlySpan<byte> value) => value.Length > 1 && value[^1] == ':' ? value.Length - 1 : value.Length;
}
