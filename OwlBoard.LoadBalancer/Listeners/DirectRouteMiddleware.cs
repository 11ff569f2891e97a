using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.LoadBalancer.Listeners;

/// <summary>
/// Gives what can only be for the gateways their endpoint at once: what clients ask for that begins like no path of the load
/// balancer's own. Routing comes to the same, but makes a dictionary of route values for each request. Runs before it:
/// it leaves a request alone that has its endpoint.
/// </summary>
internal sealed class DirectRouteMiddleware(RequestDelegate next, EndpointDataSource endpoints)
{
    private volatile Routes? _routes;

    public Task InvokeAsync(HttpContext context)
    {
        var routes = _routes is { HasChanged: false } known ? known : _routes = new Routes(endpoints);
        if (routes.Gateways is { } gateways && !routes.MayBeOwn(context.Request.Path) && Listener.Of(context) != Listener.Management)
        {
            context.SetEndpoint(gateways);
        }

        return next(context);
    }

    /// <summary>The endpoints at one time.</summary>
    private sealed class Routes
    {
        private readonly IChangeToken _change;
        private readonly string[] _own;

        public Routes(EndpointDataSource endpoints)
        {
            // Before the endpoints are read: a change in between is seen next time.
            _change = endpoints.GetChangeToken();
            var all = endpoints.Endpoints.OfType<RouteEndpoint>().ToArray();
            var proxied = all.Where(endpoint => endpoint.IsProxied()).ToArray();
            Gateways = proxied is [var only] ? only : null;
            _own = [.. all.Except(proxied).Where(endpoint => ListenerMatcherPolicy.ScopeOf(endpoint) != ListenerScope.Management).Select(FirstSegment)];
        }

        public bool HasChanged => _change.HasChanged;

        /// <summary>The gateways' endpoint; <see langword="null"/> unless there is exactly one.</summary>
        public Endpoint? Gateways { get; }

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
