using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using OwlBoard.Gateway.Responses;

namespace OwlBoard.Gateway.Cors;

/// <summary>
/// Refuses what another site's page makes a browser send: WebSockets, which CORS does not cover, and unsafe methods, whose
/// effect CORS does not prevent where it needs no preflight. Requests without <c>Origin</c> are no browser's cross-site ones.
/// </summary>
internal sealed class OriginCheckMiddleware(RequestDelegate next, IOptions<CorsOptions> cors)
{
    private readonly CorsPolicy _policy = cors.Value.GetPolicy(cors.Value.DefaultPolicyName)!;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        return IsSafe(request) || _policy.AllowAnyOrigin || _policy.IsOriginAllowed(origin) || RequestOrigin.IsSame(origin, request)
            ? next(context)
            : Problems.ForbiddenAsync(context, "Pages of this origin may not do this: it is not in Gateway:AllowedOrigins.");
    }

    private static bool IsSafe(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        && request.Headers.Upgrade.Count == 0;
}
