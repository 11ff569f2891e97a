using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using OwlBoard.Gateway.Responses;

namespace OwlBoard.Gateway.Cors;

/// <summary>
/// Rejects cross-site requests that CORS does not prevent: WebSocket handshakes, and unsafe methods that need no preflight.
/// Requests without <c>Origin</c> are not cross-site requests of a browser.
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
            : Problems.ForbiddenAsync(context, "The origin of this page is not in Gateway:AllowedOrigins.");
    }

    private static bool IsSafe(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        && request.Headers.Upgrade.Count == 0;
}
