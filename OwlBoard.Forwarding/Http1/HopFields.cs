using System.Collections.Frozen;
using System.Text;

namespace OwlBoard.Forwarding.Http1;

/// <summary>
/// The fields that belong to one hop (RFC 9110 section 7.6.1) or that the forwarder writes itself. They are never forwarded,
/// nor are the fields named by <c>Connection</c>.
/// </summary>
internal static class HopFields
{
    /// <summary>The fields that are not copied into a request. <c>Host</c>, the length and <c>Expect</c> are written separately.</summary>
    public static readonly FrozenSet<string> OfRequests = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info",
        "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Host", "Content-Length", "Expect");

    private static readonly string[] OfResponses =
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info",
        "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Alt-Svc", "Content-Length",
    ];

    /// <summary>
    /// The fields that are not forwarded as trailers, where they would arrive too late to act on (RFC 9110 section 6.5.1).
    /// </summary>
    public static readonly FrozenSet<string> NeverTrailers = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            .. OfResponses, "Host", "Authorization", "Set-Cookie", "Cookie", "Cache-Control", "Content-Encoding", "Content-Type",
            "Content-Range", "Location", "Age", "Date", "Expires", "Vary", "Retry-After", "WWW-Authenticate", "Max-Forwards", "Expect", "Range",
        ]);

    /// <summary>A bit for each length of a name in <see cref="OfResponses"/>, which rules out most other names.</summary>
    private static readonly ulong LengthsOfResponses = OfResponses.Aggregate(0UL, (lengths, name) => lengths | (1UL << name.Length));

    /// <summary>Returns a value that indicates whether a field is not copied from a response. The length is set separately.</summary>
    public static bool IsOfResponses(ReadOnlySpan<byte> name)
    {
        if (name.Length >= 64 || (LengthsOfResponses >> name.Length & 1) == 0)
        {
            return false;
        }

        foreach (var candidate in OfResponses)
        {
            if (candidate.Length == name.Length && Ascii.EqualsIgnoreCase(name, candidate))
            {
                return true;
            }
        }

        return false;
    }
}
