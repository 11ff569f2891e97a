using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OwlBoard.ServiceDefaults.Drain;

namespace OwlBoard.ServiceDefaults.Health;

/// <summary>The readiness endpoint that load balancers, container engines and <c>--probe</c> ask.</summary>
public static class HealthEndpoint
{
    /// <summary>The endpoint's path.</summary>
    public const string Path = "/health";

    /// <summary>The methods that it responds to. HEAD gets the same status and fields without a body.</summary>
    public static IReadOnlyList<string> Methods { get; } = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps <c>GET</c> and <c>HEAD /health</c>: 200 with <paramref name="healthy"/> while the program takes requests, 503
    /// <c>draining</c> from the moment it is told to stop.
    /// </summary>
    /// <param name="endpoints">Where to map it.</param>
    /// <param name="healthy">The body of the 200 answer, as text.</param>
    /// <param name="contentType">That body's media type; default <c>text/plain</c>.</param>
    /// <returns>A builder to customise the endpoint with.</returns>
    public static IEndpointConventionBuilder MapHealth(
        this IEndpointRouteBuilder endpoints, string healthy, string contentType = "text/plain") =>
        endpoints.MapMethods(Path, Methods, (DrainState drain) => drain.IsDraining
            ? Results.Text("draining", "text/plain", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text(healthy, contentType));
}
