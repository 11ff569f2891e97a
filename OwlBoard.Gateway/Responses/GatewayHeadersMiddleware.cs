using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Faults;
using OwlBoard.Gateway.Configuration;
using OwlBoard.Gateway.Routing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.Gateway.Responses;

/// <summary>
/// Adds <c>X-Gateway</c> and <c>Vary: Origin</c> to each response. <c>Vary</c> is also sent without an <c>Origin</c>: otherwise
/// a cache could serve that response to a browser that needs the CORS headers.
/// </summary>
internal sealed class GatewayHeadersMiddleware
{
    public const string GatewayHeader = "X-Gateway";

    private const string Origin = "Origin";

    private readonly RequestDelegate _next;
    private readonly StringValues _name;
    private readonly bool _dependsOnOrigin;
    private readonly Func<object, Task> _apply;

    public GatewayHeadersMiddleware(RequestDelegate next, IOptions<GatewayOptions> options)
    {
        _next = next;
        _name = options.Value.Name;
        _dependsOnOrigin = !options.Value.AllowedOrigins.Contains(GatewayOptions.AnyOrigin);
        _apply = context => Apply((HttpContext)context);
    }

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(_apply, context);
        return _next(context);
    }

    private Task Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[GatewayHeader] = _name;
        headers[FailedService.Header] = FailedServiceName(context);
        if (_dependsOnOrigin && !Names(headers.Vary, Origin))
        {
            headers.Append("Vary", Origin);
        }

        return Task.CompletedTask;
    }

    /// <summary>Returns the service that caused a failure, whether it reported the failure itself or did not respond.</summary>
    private static StringValues FailedServiceName(HttpContext context) =>
        FailedService.IsFailure(context.Response.StatusCode)
            ? context.Features.Get<IReverseProxyFeature>()?.Cluster.Config.Metadata?.GetValueOrDefault(ServiceRoutes.ServiceMetadata)
            : default;

    private static bool Names(StringValues list, string name)
    {
        foreach (var line in list)
        {
            foreach (var item in line.AsSpan().Split(','))
            {
                var trimmed = line.AsSpan(item).Trim();
                if (trimmed is "*" || trimmed.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
