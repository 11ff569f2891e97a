using OwlBoard.Gateway.Configuration;
namespace OwlBoard.Gateway.Cors;

/// <summary>
/// Compares an <c>Origin</c> (RFC 6454) with the origin that the request was sent to. A page of the same host does not
/// have to be listed in <see cref="GatewayOptions.AllowedOrigins"/>.
/// </summary>
internal static class RequestOrigin
{
    /// <summary>
    /// Returns a value that indicates whether <paramref name="origin"/> is the request's own, taken from <c>X-Forwarded-Proto</c>
    /// and <c>X-Forwarded-Host</c> of the load balancer. <c>https</c> also matches <c>http</c>, because a proxy in front of the
    /// load balancer may terminate TLS.
    /// </summary>
    public static bool IsSame(string origin, HttpRequest request)
    {
        var host = Forwarded(request, "X-Forwarded-Host") ?? request.Host.Value;
        var scheme = Forwarded(request, "X-Forwarded-Proto") ?? request.Scheme;
        return origin.Equals(Serialize(scheme, host), StringComparison.OrdinalIgnoreCase)
            || origin.Equals(Serialize(Uri.UriSchemeHttps, host), StringComparison.OrdinalIgnoreCase);
    }

    private static string? Forwarded(HttpRequest request, string name) =>
        request.Headers[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>Returns the origin as browsers serialize it, without the scheme's default port.</summary>
    private static string? Serialize(string scheme, string? host) =>
        Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : null;
}
