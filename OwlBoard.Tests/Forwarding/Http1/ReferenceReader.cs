using System.Globalization;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>
/// A slow reader of whole responses that follows the grammar of RFC 9112 rule by rule, independent of the parser under test.
/// It rejects everything that the RFC lets a recipient reject, unless the input is unambiguous.
/// </summary>
internal sealed class ReferenceReader(string text)
{
    private int _at;

    /// <summary>Reads a response head (RFC 9112 sections 4 and 5).</summary>
    /// <returns>The head; <see langword="null"/> if it is incomplete.</returns>
    /// <exception cref="FormatException">The head is malformed.</exception>
    public static ReferenceResponse? ReadHead(string text)
    {
        var reader = new ReferenceReader(text);
        if (reader.ReadLine() is not { } statusLine)
        {
            RefuseOtherStart(text);
            return null;
        }

        var response = ReadStatusLine(statusLine);
        return reader.ReadFields(response.Fields) ? response with { HeadLength = reader._at } : null;
    }

    /// <summary>Reads a chunked body with its trailers (RFC 9112 section 7.1).</summary>
    /// <param name="text">The text after the head.</param>
    /// <param name="body">The data of the chunks read so far, including those before a malformed chunk.</param>
    /// <returns>The number of characters read; <see langword="null"/> if the body is incomplete.</returns>
    /// <exception cref="FormatException">The body is malformed.</exception>
    public static int? ReadChunks(string text, out string body)
    {
        body = "";
        var at = 0;
        while (true)
        {
            var ignored = 0;
            long size = 0;
            // Spaces and tabs before and after the size are harmless.
            SkipSpace(text, ref at, ref ignored);
            var sizeStart = at;
            // chunk-size = 1*HEXDIG
            while (at < text.Length && Uri.IsHexDigit(text[at]))
            {
                var isPadding = text[sizeStart..(at + 1)].All(digit => digit == '0');
                ignored += isPadding ? 1 : 0;
                Refuse(ignored > 1024, "more zeros than anyone needs");
                Refuse(!isPadding && text[sizeStart..(at + 1)].TrimStart('0').Length > 15, "a size with more digits than a long has room for");
                size = (size * 16) + int.Parse(text[at..(at + 1)], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                at++;
            }

            if (at == text.Length)
            {
                return null;
            }

            Refuse(at == sizeStart, "a size without a digit");
            SkipSpace(text, ref at, ref ignored);
            if (at == text.Length)
            {
                return null;
            }

            if (text[at] == ';')
            {
                at++;
                while (at < text.Length && text[at] != '\r')
                {
                    Refuse(IsControl(text[at]), "a control character in a chunk extension");
                    ignored++;
                    Refuse(ignored > 1024, "more extensions than anyone needs");
                    at++;
                }
            }

            if (!TakeLineEnd(text, ref at))
            {
                return null;
            }

            if (size == 0)
            {
                var reader = new ReferenceReader(text) { _at = at };
                return reader.ReadFields([]) ? reader._at : null;
            }

            var there = (int)Math.Min(size, text.Length - at);
            body += text.Substring(at, there);
            at += there;
            if (there < size || !TakeLineEnd(text, ref at))
            {
                return null;
            }
        }
    }

    private static void SkipSpace(string text, ref int at, ref int ignored)
    {
        while (at < text.Length && (text[at] == ' ' || text[at] == '\t'))
        {
            ignored++;
            Refuse(ignored > 1024, "more spaces than anyone needs");
            at++;
        }
    }

    private static bool TakeLineEnd(string text, ref int at)
    {
        foreach (var expected in "\r\n")
        {
            if (at == text.Length)
            {
                return false;
            }

            Refuse(text[at] != expected, "no line end where one has to be");
            at++;
        }

        return true;
    }

    /// <summary>status-line = HTTP-version SP status-code SP [ reason-phrase ]; the last space may be missing.</summary>
    private static ReferenceResponse ReadStatusLine(string line)
    {
        RefuseOtherStart(line);
        Refuse(line.Length < 12, "too short a status line");
        Refuse(line[7] is not ('0' or '1') || line[8] != ' ', "another version than 1.0 and 1.1");
        Refuse(!line[9..12].All(char.IsAsciiDigit) || line[9] == '0', "no status code");
        Refuse(line.Length > 12 && line[12] != ' ', "a status code with more than three digits");
        Refuse(line.Any(IsControl), "a control character in the status line");
        return new ReferenceResponse(int.Parse(line[9..12], CultureInfo.InvariantCulture), line[7] == '0', line.Length > 13 ? line[13..] : "", []);
    }

    private static void RefuseOtherStart(string text) =>
        Refuse(!"HTTP/1.".StartsWith(text[..Math.Min(text.Length, 7)], StringComparison.Ordinal), "no HTTP/1");

    /// <summary>field-line = field-name ":" OWS field-value OWS</summary>
    private bool ReadFields(List<KeyValuePair<string, string>> fields)
    {
        while (ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                return true;
            }

            Refuse(fields.Count == 256, "too many fields");
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            Refuse(colon <= 0, "a field without a name");
            var name = line[..colon];
            Refuse(!name.All(IsTokenCharacter), "a field name that is no token");
            var value = line[(colon + 1)..];
            Refuse(value.Any(IsControl), "a control character in a field value");
            fields.Add(new(name, value.Trim(' ', '\t')));
        }

        return false;
    }

    private string? ReadLine()
    {
        for (var i = _at; i < text.Length; i++)
        {
            Refuse(text[i] == '\n', "a bare line feed");
            if (text[i] == '\r')
            {
                if (i + 1 == text.Length)
                {
                    return null;
                }

                Refuse(text[i + 1] != '\n', "a bare carriage return");
                var line = text[_at..i];
                _at = i + 2;
                return line;
            }
        }

        return null;
    }

    private static bool IsTokenCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal);

    private static bool IsControl(char character) => character is (< ' ' and not '\t') or '\x7F';

    private static void Refuse(bool isWrong, string what)
    {
        if (isWrong)
        {
            throw new FormatException(what);
        }
    }
}
