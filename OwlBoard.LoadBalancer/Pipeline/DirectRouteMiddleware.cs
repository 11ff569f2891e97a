using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Bypasses routing for requests that can only match the gateways' endpoint: client requests whose path does not start with a
/// path of the load balancer's own endpoints. Routing finds the same endpoint, but allocates a dictionary of route values per
/// request, and the middlewares between it and the endpoint look the endpoint up several times.
/// </summary>
/// <param name="next">The pipeline with routing, for all other requests.</param>
/// <param name="guard">The function that prepends the middlewares that run before every endpoint.</param>
/// <param name="endpoints">The endpoints of the load balancer.</param>
internal sealed class DirectRouteMiddleware(
    RequestDelegate next, Func<RequestDelegate, RequestDelegate> guard, EndpointDataSource endpoints)
{
    private volatile Routes? _routes;

    public Task InvokeAsync(HttpContext context)
    {
        var routes = _routes is { HasChanged: false } known ? known : _routes = new Routes(endpoints, guard);
        if (routes.Forward is not { } forward || routes.MayBeOwn(context.Request.Path) || Listener.Of(context) == Listener.Management)
        {
            return next(context);
        }

        context.SetEndpoint(routes.Gateways);
        return forward(context);
    }

    /// <summary>A snapshot of the endpoints.</summary>
    private sealed class Routes
    {
        private readonly IChangeToken _change;
        private readonly string[] _own;

        public Routes(EndpointDataSource endpoints, Func<RequestDelegate, RequestDelegate> guard)
        {
            // Taken before the endpoints are read, so that no change is missed.
            _change = endpoints.GetChangeToken();
            var all = endpoints.Endpoints.OfType<RouteEndpoint>().ToArray();
            var proxied = all.Where(endpoint => endpoint.IsProxied()).ToArray();
            if (proxied is [{ RequestDelegate: { } forward } only])
            {
                Gateways = only;
                Forward = guard(forward);
            }

            _own = [.. all.Except(proxied).Where(endpoint => endpoint.Scope() != ListenerScope.Management).Select(FirstSegment)];
        }

        public bool HasChanged => _change.HasChanged;

        /// <summary>The gateways' endpoint; <see langword="null"/> unless there is exactly one.</summary>
        public Endpoint? Gateways { get; }

        /// <summary>The delegate that handles a request for the gateways.</summary>
        public RequestDelegate? Forward { get; }

        public bool MayBeOwn(PathString path)
        {
            foreach (var own in _own)
            {
                if (path.StartsWithSegments(own))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>Returns the first path segment with its slash; empty, which matches every path, if it is not a literal.</summary>
        private static string FirstSegment(RouteEndpoint endpoint) =>
            endpoint.RoutePattern.PathSegments is [{ Parts: [RoutePatternLiteralPart { Content: var content }] }, ..] ? $"/{content}" : "";
    }
}
