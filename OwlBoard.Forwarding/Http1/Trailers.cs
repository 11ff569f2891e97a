using Microsoft.Extensions.Primitives;

namespace OwlBoard.Forwarding.Http1;

/// <summary>The trailer fields after a chunked body (RFC 9110 section 6.5).</summary>
internal static class Trailers
{
    /// <summary>
    /// Returns a value that indicates whether a client accepts trailers (RFC 9110 section 10.1.4). Other clients may drop
    /// them or misinterpret them.
    /// </summary>
    /// <param name="te">The values of <c>TE</c> in the request.</param>
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
