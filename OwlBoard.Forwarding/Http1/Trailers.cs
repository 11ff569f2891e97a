using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.Http1;

/// <summary>The fields after a chunked body (RFC 9110 section 6.5).</summary>
internal static class Trailers
{
    /// <summary>
    /// Whether the sender of a request accepts trailers (RFC 9110 section 10.1.4): to a client that does not say so, they may
    /// be lost or, worse, be taken for something else.
    /// </summary>
    /// <param name="te">The request's <c>TE</c>.</param>
    public static bool AreAccepted(StringValues te)
    {
        foreach (var line in te)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                if (line.AsSpan(range).Trim().Equals("trailers", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
