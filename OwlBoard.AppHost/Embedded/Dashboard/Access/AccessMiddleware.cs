using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using OwlBoard.AppHost.Embedded.Dashboard.Otlp;

namespace OwlBoard.AppHost.Embedded.Dashboard.Access;

/// <summary>
/// Lets nobody in but a browser that came by the printed link, and the programs that report. Other pages in that browser
/// are kept out as well: they can send requests here, but neither by another name (DNS rebinding) nor as this origin.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, DashboardKeys keys, int port)
{
    /// <summary>Sent by each program with what it reports, as to Aspire's dashboard.</summary>
    public const string OtlpKeyHeader = "x-otlp-api-key";

    private readonly string[] _hosts = [$"localhost:{port}", $"127.0.0.1:{port}", $"[::1]:{port}"];

    /// <summary>Cookies do not tell ports apart: two dashboards on one machine have one each.</summary>
    private readonly string _cookie = $"owlboard-dashboard-{port}";

    public async Task InvokeAsync(HttpContext context)
    {
        SetHeaders(context.Response.Headers);
        var request = context.Request;
        if (!_hosts.Contains(request.Host.Value, StringComparer.OrdinalIgnoreCase))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"The dashboard is at http://{_hosts[0]} only.");
        }
        else if (request.Path.StartsWithSegments(OtlpEndpoints.Prefix))
        {
            await (DashboardKeys.AreEqual(request.Headers[OtlpKeyHeader], keys.Otlp)
                ? next(context)
                : RefuseAsync(context, StatusCodes.Status401Unauthorized, $"The header {OtlpKeyHeader} is missing or wrong."));
        }
        else if (request.Path == LoginPage.Path && HttpMethods.IsGet(request.Method))
        {
            await LoginAsync(context);
        }
        else if (!DashboardKeys.AreEqual(request.Cookies[_cookie], keys.Session))
        {
            await LoginPage.AskAsync(context, "Open the link that the AppHost printed when it started.");
        }
        else if (!IsFromHere(request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "The request comes from another page than the dashboard's.");
        }
        else
        {
            await next(context);
        }
    }

    /// <summary>Nothing from elsewhere, nothing inline, in no frame.</summary>
    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache";
    }

    /// <summary>
    /// What changes something must say that it comes from here; what only reads must not say that it comes from elsewhere
    /// (w3c.github.io/webappsec-fetch-metadata), except to show the page.
    /// </summary>
    private static bool IsFromHere(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (HttpMethods.IsGet(request.Method))
        {
            return site is "" or "same-origin" or "none" || request.Headers["Sec-Fetch-Mode"] == "navigate";
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            ? site == "same-origin"
            : string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private async Task LoginAsync(HttpContext context)
    {
        if (!DashboardKeys.AreEqual(context.Request.Query["t"], keys.Token))
        {
            await LoginPage.AskAsync(context, "That is not the token of this run. Open the link that the AppHost printed when it started.");
            return;
        }

        context.Response.Headers.Append(HeaderNames.SetCookie, $"{_cookie}={keys.Session}; path=/; httponly; samesite=strict");
        await LoginPage.GoOnAsync(context);
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why);
    }
}
