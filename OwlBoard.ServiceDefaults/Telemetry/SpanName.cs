using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.ServiceDefaults.Telemetry;

/// <summary>
/// Names the span of a request on a catch-all route after the part of the API that served it:
/// <c>GET /api/users/{**path}</c> instead of <c>GET /{**path}</c>.
/// </summary>
internal static class SpanName
{
    private const string Api = "/api/";
    private const string CatchAll = "/{**path}";

    public static void Refine(Activity activity, HttpResponse response)
    {
        // Existing paths only, so that a client cannot create arbitrary span names.
        if (response.StatusCode != StatusCodes.Status404NotFound
            && activity.DisplayName.EndsWith(CatchAll, StringComparison.Ordinal)
            && response.HttpContext.Request is { Path.Value: { } path, Method: { } method }
            && path.StartsWith(Api, StringComparison.Ordinal))
        {
            var end = path.IndexOf('/', Api.Length);
            activity.DisplayName = $"{method} {(end < 0 ? path : path[..end])}{CatchAll}";
        }
    }
}
