using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Sends what can only be for the gateways to their endpoint at once: what clients ask for that begins like no path of the
/// load balancer's own. Routing comes to the same, but makes a dictionary of route values for each request, and what
/// stands between it and the endpoint asks several times which one it is.
/// </summary>
/// <param name="next">For all others: routing.</param>
/// <param name="guard">Puts before an endpoint what each request passes on its way to the gateways.</param>
/// <param name="endpoints">Those of the load balancer.</param>
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

    /// <summary>The endpoints at one time.</summary>
    private sealed class Routes
    {
        private readonly IChangeToken _change;
        private readonly string[] _own;

        public Routes(EndpointDataSource endpoints, Func<RequestDelegate, RequestDelegate> guard)
        {
            // Before the endpoints are read: a change in between is seen next time.
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

        /// <summary>What is done with a request for it.</summary>
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

        /// <summary>With its slash; empty, as every path begins, if it is not the same for all paths of the endpoint.</summary>
        private static string FirstSegment(RouteEndpoint endpoint) =>
            endpoint.RoutePattern.PathSegments is [{ Parts: [RoutePatternLiteralPart { Content: var content }] }, ..] ? $"/{content}" : "";
    }
}
