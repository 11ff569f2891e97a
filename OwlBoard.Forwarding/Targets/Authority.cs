using System.Buffers;
using System.Globalization;

namespace OwlBoard.Forwarding.Targets;

/// <summary>The host and port of an address (RFC 3986 section 3.2), without user information and percent-encoding.</summary>
public static class Authority
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!$&'()*+,-.0123456789;=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create(".0123456789:ABCDEFabcdef");

    /// <summary>Returns a value that indicates whether a text is a host, with or without a port. The port may be empty.</summary>
    /// <param name="text">The text.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        int host;
        if (text.StartsWith('['))
        {
            host = text.IndexOf(']') + 1;
            if (host < 3 || text[1..(host - 1)].ContainsAnyExcept(IPv6Characters))
            {
                return false;
            }
        }
        else
        {
            host = text.IndexOf(':') is >= 0 and var colon ? colon : text.Length;
            if (host == 0 || text[..host].ContainsAnyExcept(NameCharacters))
            {
                return false;
            }
        }

        return host == text.Length || (text[host] == ':' && (host + 1 == text.Length || IsPort(text[(host + 1)..])));
    }

    /// <summary>Returns a value that indicates whether a text is a port number: 1 to 65535, digits only.</summary>
    /// <param name="text">The text.</param>
    public static bool IsPort(ReadOnlySpan<char> text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;

    /// <summary>Removes the colon of an empty port, which is equivalent to no port (RFC 3986 section 6.2.3).</summary>
    /// <param name="text">The host and port.</param>
    public static ReadOnlySpan<char> WithoutEmptyPort(ReadOnlySpan<char> text) => text is [.. { Length: > 0 } host, ':'] ? host : text;
}
