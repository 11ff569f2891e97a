using System.Buffers;
using System.Globalization;
using System.Text;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Writes a line as UTF-8 into a sufficient buffer. Values from clients are escaped and cannot forge a line or field.</summary>
internal ref struct LineWriter(Span<byte> line)
{
    /// <summary>The maximum number of bytes of an escaped character, as in <c>\u202E</c>.</summary>
    public const int LongestCharacter = 6;

    private readonly Span<byte> _line = line;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '\x7F' - ' ').Select(value => (char)value).Except(['"', '\\'])]);

    /// <summary>The number of bytes written.</summary>
    public int Length { get; private set; }

    public void Write(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_line[Length..]);
        Length += text.Length;
    }

    public void Write(scoped ReadOnlySpan<char> text)
    {
        var rest = _line[Length..];
        // Fast path: the text is nearly always ASCII.
        Length += Ascii.FromUtf16(text, rest, out var written) == OperationStatus.Done ? written : Encoding.UTF8.GetBytes(text, rest);
    }

    /// <summary>Writes a value whose text is short, such as a number or an address.</summary>
    public void Write<T>(T value, ReadOnlySpan<char> format = default)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(_line[Length..], out var written, format, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Writes a UTC time with milliseconds.</summary>
    public void WriteTime(DateTime time)
    {
        const int ToMilliseconds = 23;
        var rest = _line[Length..];
        // Unlike custom formats, "O" is not assembled character by character: 2026-01-31T12:34:56.1234567Z.
        time.TryFormat(rest, out _, "O", CultureInfo.InvariantCulture);
        rest[ToMilliseconds] = (byte)'Z';
        Length += ToMilliseconds + 1;
    }

    /// <summary>Writes a duration in seconds with three decimals, several times faster than a number with a format.</summary>
    public void WriteSeconds(TimeSpan duration)
    {
        var milliseconds = (long)Math.Round(duration.TotalMilliseconds, MidpointRounding.AwayFromZero);
        Write(milliseconds / 1000);
        // Adding 1000 yields four digits with leading zeros; the decimal point then replaces the first digit.
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

    /// <summary>
    /// Determines whether the character separates lines, or reorders or hides the text around it on a terminal.
    /// </summary>
    private static bool MayMisleadReader(char character) => CharUnicodeInfo.GetUnicodeCategory(character)
        is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format or UnicodeCategory.Surrogate;
}
