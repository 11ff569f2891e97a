using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Fields;

/// <summary>Adds the rules for a request's fields to a proxy's pipeline.</summary>
public static class RequestFieldsExtensions
{
    /// <summary>
    /// Refuses names that are no tokens, control characters in values, lengths that are not digits, HTTP/2 requests without
    /// a host, and too many fields; drops fields with <c>_</c> in their name, as nginx does, since CGI and its heirs cannot
    /// tell it from <c>-</c>. Needs <see cref="RequestFieldEncodings.UseOpaqueFields"/>.
    /// </summary>
    /// <param name="app">The program's pipeline.</param>
    /// <param name="refuse">Answers with a status and the reason, and closes a connection of HTTP/1.1.</param>
    /// <param name="maxFields">
    /// The limit on the number of fields. Default: none but Kestrel's, which is exact over HTTP/1.1; over HTTP/2 Kestrel
    /// counts up to <see cref="RequestFieldEncodings.PseudoFields"/> besides.
    /// </param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseRequestFields(
        this IApplicationBuilder app, Func<HttpContext, int, string, Task> refuse, Func<int>? maxFields = null) =>
        app.UseMiddleware<RequestFieldsMiddleware>(refuse, maxFields ?? (static () => 0));
}
