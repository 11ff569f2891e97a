using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Fields;

/// <summary>Extension methods that check the fields of requests.</summary>
public static class RequestFieldsExtensions
{
    /// <summary>
    /// Refuses names that are not tokens, control characters in values, lengths that are not digits, HTTP/2 requests without
    /// a host, and too many fields. Drops fields with <c>_</c> in their name, as nginx does, since CGI and its successors
    /// cannot distinguish it from <c>-</c>. Requires <see cref="RequestFieldEncodings.UseOpaqueFields"/>.
    /// </summary>
    /// <param name="app">The application's pipeline.</param>
    /// <param name="refuse">Responds with a status and the reason, and closes an HTTP/1.1 connection.</param>
    /// <param name="maxFields">
    /// The maximum number of fields. Default: Kestrel's limit only, which is exact over HTTP/1.1; over HTTP/2 Kestrel also
    /// counts up to <see cref="RequestFieldEncodings.PseudoFields"/> pseudo-header fields.
    /// </param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseRequestFields(
        this IApplicationBuilder app, Func<HttpContext, int, string, Task> refuse, Func<int>? maxFields = null) =>
        app.UseMiddleware<RequestFieldsMiddleware>(refuse, maxFields ?? (static () => 0));
}
