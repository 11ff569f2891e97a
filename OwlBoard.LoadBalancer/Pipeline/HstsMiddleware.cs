using System.Globalization;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Tls;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Puts <c>Strict-Transport-Security</c> on responses over HTTPS, and on no others (RFC 6797 section 7.2). At the last
/// moment: a retry clears what was set before.
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

    // By itself, or what the function holds would be made for each request.
    private static void AddAtStart(HttpResponse response, TimeSpan maxAge) => response.OnStarting(() =>
    {
        response.Headers.StrictTransportSecurity = string.Create(CultureInfo.InvariantCulture, $"max-age={(long)maxAge.TotalSeconds}");
        return Task.CompletedTask;
    });
}
