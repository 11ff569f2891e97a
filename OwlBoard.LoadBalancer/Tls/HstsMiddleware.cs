using System.Globalization;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Configuration;

namespace OwlBoard.LoadBalancer.Tls;

/// <summary>
/// Puts <c>Strict-Transport-Security</c> on responses over HTTPS, and on no others (RFC 6797 section 7.2). At the last
/// moment: a retry clears what was set before.
/// </summary>
internal sealed class HstsMiddleware(RequestDelegate next, ClientAddress client, LiveOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var maxAge = options.Current.Tls.HstsMaxAge;
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
