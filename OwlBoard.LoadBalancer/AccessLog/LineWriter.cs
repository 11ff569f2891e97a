using System.Buffers;
using System.Globalization;
using System.Text;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Writes a line of text as UTF-8 into room enough for it. What came from a client is escaped: it cannot forge a line or a field.</summary>
internal ref struct LineWriter(Span<byte> line)
{
    /// <summary>The most bytes that a character takes, escaped: <c>\u202E</c>.</summary>
    public const int LongestCharacter = 6;

    private readonly Span<byte> _line = line;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '\x7F' - ' ').Select(value => (char)value).Except(['"', '\\'])]);

    /// <summary>How many bytes have been written.</summary>
    public int Length { get; private set; }

    public void Write(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_line[Length..]);
        Length += text.Length;
    }

    public void Write(scoped ReadOnlySpan<char> text)
    {
        var rest = _line[Length..];
        // Nearly always ASCII, of which each character is a byte.
        Length += Ascii.FromUtf16(text, rest, out var written) == OperationStatus.Done ? written : Encoding.UTF8.GetBytes(text, rest);
    }

    /// <summary>A value that is short as text: a number, an address.</summary>
    public void Write<T>(T value, ReadOnlySpan<char> format = default)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(_line[Length..], out var written, format, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>UTC, to the millisecond.</summary>
    public void WriteTime(DateTime time)
    {
        const int ToMilliseconds = 23;
        var rest = _line[Length..];
        // The one format that is not put together character by character: 2026-01-31T12:34:56.1234567Z.
        time.TryFormat(rest, out _, "O", CultureInfo.InvariantCulture);
        rest[ToMilliseconds] = (byte)'Z';
        Length += ToMilliseconds + 1;
    }

    /// <summary>In seconds, to the millisecond. Several times as fast as a number with a format.</summary>
    public void WriteSeconds(TimeSpan duration)
    {
        var milliseconds = (long)Math.Round(duration.TotalMilliseconds, MidpointRounding.AwayFromZero);
        Write(milliseconds / 1000);
        // Four digits, of which the point takes the place of the first: no format that fills up with zeros.
        var point = Length;
        Write(1000 + (milliseconds % 1000));
        _line[point] = (byte)'.';
    }

    public void WriteEscaped(scoped ReadOnlySpan<char> value)
    {
        if (!value.ContainsAnyExcept(Plain))
        {
            Write(value);
            return;
        }

        foreach (var character in value)
        {
            if (character is '"' or '\\' || char.IsControl(character))
            {
                Write("\\x"u8);
                Write((int)character, "X2");
            }
            else if (character > '\u00FF' && MayMisleadReader(character))
            {
                Write("\\u"u8);
                Write((int)character, "X4");
            }
            else
            {
                Write(new ReadOnlySpan<char>(in character));
            }
        }
    }

    /// <summary>Line separators, and what reorders or hides the text around it on a terminal.</summary>
    private static bool MayMisleadReader(char character) => CharUnicodeInfo.GetUnicodeCategory(character)
        is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format or UnicodeCategory.Surrogate;
}
