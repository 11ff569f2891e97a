using System.Buffers;
using System.Text;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Decodes a request's field value byte by byte (ISO 8859-1), since values are opaque (RFC 9110 section 5.5). A byte that a
/// value must not contain is decoded to <see cref="Refused"/> instead of causing an exception: over HTTP/2, Kestrel handles
/// an exception by closing the connection with all its streams.
/// </summary>
/// <param name="refused">The bytes that the value must not contain.</param>
internal class FieldEncoding(SearchValues<byte> refused) : Encoding
{
    /// <summary>A noncharacter, to which no byte decodes.</summary>
    public const char Refused = '\uFFFF';

    /// <summary>
    /// The encoding of field values. It refuses all control characters except the tab: parsers disagree on which of them are
    /// white space or line ends.
    /// </summary>
    public static readonly FieldEncoding Value = new(FieldSyntax.ControlCharacters);

    /// <summary>All bytes except visible ASCII, the only bytes of hosts and HTTP/2 pseudo-header fields.</summary>
    protected static readonly SearchValues<byte> NotVisible = SearchValues.Create(
        [.. Enumerable.Range(0, 0x100).Where(value => value is <= 0x20 or >= 0x7F).Select(value => (byte)value)]);

    /// <summary>The encoding of HTTP/2 pseudo-header fields.</summary>
    public static readonly FieldEncoding PseudoField = new(NotVisible);

    public sealed override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public sealed override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public sealed override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    public sealed override int GetMaxCharCount(int byteCount) => Math.Max(byteCount, LengthEncoding.MaxDigits);

    public sealed override int GetCharCount(byte[] bytes, int index, int count) => CountOf(bytes.AsSpan(index, count));

    public sealed override unsafe int GetCharCount(byte* bytes, int count) => CountOf(new ReadOnlySpan<byte>(bytes, count));

    public sealed override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
        Decode(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

    public sealed override unsafe int GetChars(byte* bytes, int byteCount, char* chars, int charCount) =>
        Decode(new ReadOnlySpan<byte>(bytes, byteCount), new Span<char>(chars, charCount));

    /// <summary>Returns the number of characters that <see cref="Decode"/> writes.</summary>
    protected virtual int CountOf(ReadOnlySpan<byte> bytes) => bytes.Length;

    /// <summary>Decodes the value.</summary>
    /// <returns>The number of characters written.</returns>
    protected virtual int Decode(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        Latin1.GetChars(bytes, chars);
        if (bytes.ContainsAny(refused))
        {
            RequestHeadFindings.Mark();
            for (var i = 0; i < bytes.Length; i++)
            {
                if (refused.Contains(bytes[i]))
                {
                    chars[i] = Refused;
                }
            }
        }

        return bytes.Length;
    }
}
