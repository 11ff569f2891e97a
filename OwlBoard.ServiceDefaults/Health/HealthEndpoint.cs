using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OwlBoard.ServiceDefaults.Drain;

namespace OwlBoard.ServiceDefaults.Health;

/// <summary>The readiness endpoint for load balancers, container engines and <c>--probe</c>.</summary>
public static class HealthEndpoint
{
    /// <summary>The endpoint's path.</summary>
    public const string Path = "/health";

    /// <summary>The supported methods. HEAD returns the same status and headers without a body.</summary>
    public static IReadOnlyList<string> Methods { get; } = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps <c>GET</c> and <c>HEAD /health</c>: 200 with <paramref name="healthy"/> while the program accepts requests, 503
    /// <c>draining</c> once it is stopping.
    /// </summary>
    /// <param name="endpoints">The route builder.</param>
    /// <param name="healthy">The body of the 200 response, as text.</param>
    /// <param name="contentType">The media type of that body. Default <c>text/plain</c>.</param>
    /// <returns>A builder to customize the endpoint with.</returns>
    public static IEndpointConventionBuilder MapHealth(
        this IEndpointRouteBuilder endpoints, string healthy, string contentType = "text/plain") =>
        endpoints.MapMethods(Path, Methods, (DrainState drain) => drain.IsDraining
            ? Results.Text("draining", "text/plain", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text(healthy, contentType));
}
