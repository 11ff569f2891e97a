using System.Buffers;
using System.Globalization;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>
/// Decodes <c>Content-Length</c>, which is digits only (RFC 9110 section 8.6): Kestrel also accepts a sign and white space,
/// and passes on the number, not the text. Anything else becomes <see cref="Refused"/>.
/// </summary>
internal sealed class LengthEncoding() : FieldEncoding(SearchValues.Create(ReadOnlySpan<byte>.Empty))
{
    /// <summary>Kestrel decodes into 20 characters and accepts 19.</summary>
    public const int MaxDigits = 19;

    /// <summary>The length that stands for one that is none.</summary>
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

        RequestHeadNotes.Mark();
        RefusedText.CopyTo(chars);
        return RefusedText.Length;
    }

    /// <summary>Finds the digits that count.</summary>
    /// <returns>Whether there are digits only, and not too many.</returns>
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
