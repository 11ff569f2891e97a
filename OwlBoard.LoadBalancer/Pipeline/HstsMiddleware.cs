using System.Globalization;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Tls;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Adds <c>Strict-Transport-Security</c> to responses over HTTPS, and to no others (RFC 6797 section 7.2). The field is added
/// when the response starts, since a retry clears the fields set before.
/// </summary>
internal sealed class HstsMiddleware(RequestDelegate next, ClientAddress client, IOptionsMonitor<TlsOptions> options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var maxAge = options.CurrentValue.HstsMaxAge;
        if (maxAge > TimeSpan.Zero && client.Scheme(context) == "https")
        {
            AddAtStart(context.Response, maxAge);
        }

        return next(context);
    }

    // A separate method: otherwise every request would allocate the closure.
    private static void AddAtStart(HttpResponse response, TimeSpan maxAge) => response.OnStarting(() =>
    {
        response.Headers.StrictTransportSecurity = string.Create(CultureInfo.InvariantCulture, $"max-age={(long)maxAge.TotalSeconds}");
        return Task.CompletedTask;
    });
}
