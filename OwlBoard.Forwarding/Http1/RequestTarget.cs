using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Http1;

/// <summary>A request's path and query as they are sent: encoded again where Kestrel decoded them.</summary>
internal static class RequestTarget
{
    /// <summary>RFC 3986 <c>pchar</c> and the slash, without the percent sign.</summary>
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("!$&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    private static readonly SearchValues<char> PathCharactersAndPercent =
        SearchValues.Create("!$%&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    /// <summary>The query comes as the client sent it; what no URI may have is encoded (RFC 3986 section 3.4).</summary>
    private static readonly SearchValues<char> QueryCharacters =
        SearchValues.Create([.. Enumerable.Range(33, 94).Select(value => (char)value).Except(['#'])]);

    public static void Write(ref HeadWriter writer, string pathBase, PathString path, QueryString query)
    {
        writer.Write(pathBase.AsSpan());
        var value = path.Value.AsSpan();
        if (value.IsEmpty && pathBase.Length == 0)
        {
            writer.Write("/"u8);
        }
        else if (!value.ContainsAnyExcept(PathCharacters))
        {
            writer.Write(value);
        }
        else
        {
            WriteEncoded(ref writer, value);
        }

        if (query.HasValue)
        {
            WriteQuery(ref writer, query.Value);
        }
    }

    private static void WriteEncoded(ref HeadWriter writer, ReadOnlySpan<char> path)
    {
        while (!path.IsEmpty)
        {
            var plain = path.IndexOfAnyExcept(PathCharacters);
            if (plain < 0)
            {
                writer.Write(path);
                return;
            }

            writer.Write(path[..plain]);
            path = path[plain..];
            int encoded;
            if (path[0] == '%')
            {
                encoded = 1;
                writer.Write(IsLeftEncoded(path) ? "%"u8 : "%25"u8);
            }
            else
            {
                encoded = path.IndexOfAny(PathCharactersAndPercent);
                encoded = encoded < 0 ? path.Length : encoded;
                writer.Write(Uri.EscapeDataString(path[..encoded]).AsSpan());
            }

            path = path[encoded..];
        }
    }

    /// <summary>
    /// Whether the path begins with what Kestrel leaves encoded: a slash, and bytes that are no UTF-8. Any other percent sign
    /// it decoded from <c>%25</c>; as it is, the upstream would decode it once more (<c>%252e</c> to a dot).
    /// </summary>
    private static bool IsLeftEncoded(ReadOnlySpan<char> path) =>
        path.Length > 2 && char.IsAsciiHexDigit(path[2])
        && ((path[1] == '2' && path[2] is 'F' or 'f') || (char.IsAsciiHexDigit(path[1]) && path[1] > '7'));

    private static void WriteQuery(ref HeadWriter writer, ReadOnlySpan<char> query)
    {
        if (!query.ContainsAnyExcept(QueryCharacters))
        {
            writer.Write(query);
            return;
        }

        foreach (var rune in query.EnumerateRunes())
        {
            if (rune.IsAscii && QueryCharacters.Contains((char)rune.Value))
            {
                writer.Write((byte)rune.Value);
            }
            else
            {
                writer.Write(Uri.EscapeDataString(rune.ToString()).AsSpan());
            }
        }
    }
}
