using System.Buffers;
using System.Globalization;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Decodes <c>Content-Length</c>, which consists of digits only (RFC 9110 section 8.6): Kestrel also accepts a sign and white
/// space, and passes on the number, not the text. Any other value is decoded to <see cref="Refused"/>.
/// </summary>
internal sealed class LengthEncoding() : FieldEncoding(SearchValues.Create(ReadOnlySpan<byte>.Empty))
{
    /// <summary>The maximum number of digits: Kestrel decodes into 20 characters and accepts 19.</summary>
    public const int MaxDigits = 19;

    /// <summary>The length that represents an invalid value.</summary>
    public new const long Refused = long.MaxValue;

    public static readonly LengthEncoding Instance = new();

    private static readonly string RefusedText = Refused.ToString(CultureInfo.InvariantCulture);

    protected override int CountOf(ReadOnlySpan<byte> bytes) => TextOf(bytes, out var digits) ? digits.Length : RefusedText.Length;

    protected override int Decode(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        if (TextOf(bytes, out var digits))
        {
            Latin1.GetChars(digits, chars);
            return digits.Length;
        }

        RequestHeadFindings.Mark();
        RefusedText.CopyTo(chars);
        return RefusedText.Length;
    }

    /// <summary>Finds the significant digits.</summary>
    /// <returns>
    /// <see langword="true"/> if the value consists of digits only, and not too many; otherwise, <see langword="false"/>.
    /// </returns>
    private static bool TextOf(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> digits)
    {
        digits = bytes.TrimStart((byte)'0');
        if (digits.IsEmpty && !bytes.IsEmpty)
        {
            digits = bytes[^1..];
        }

        return FieldSyntax.TryParseLength(digits, out _);
    }
}
