namespace OwlBoard.Gateway.Cors;

/// <summary>
/// The origin (RFC 6454) that a request was sent to, by which a page of the same host calls without being listed in
/// <see cref="GatewayOptions.AllowedOrigins"/>.
/// </summary>
internal static class RequestOrigin
{
    /// <summary>
    /// Returns whether an <c>Origin</c> is the request's own, which the load balancer states in <c>X-Forwarded-Proto</c> and
    /// <c>X-Forwarded-Host</c>. <c>https</c> matches where the load balancer saw <c>http</c>: a proxy in front ended TLS.
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

    /// <summary>Returns the origin as a browser writes it: without the scheme's default port.</summary>
    private static string? Serialize(string scheme, string? host) =>
        Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : null;
}
