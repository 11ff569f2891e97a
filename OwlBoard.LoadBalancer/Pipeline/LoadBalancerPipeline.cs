using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.Forwarding.WebSockets;
using OwlBoard.LoadBalancer.Attempts;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Management;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Status;
using OwlBoard.LoadBalancer.Tls;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>Adds the middlewares in the order in which they run.</summary>
internal static class LoadBalancerPipeline
{
    public static void UseLoadBalancer(this WebApplication app)
    {
        app.SkipAuthorizationMiddleware();
        // Before routing, which uses the listener of the connection.
        app.UseMiddleware<MeasurementMiddleware>();
        // Before any middleware that reads or adds a field.
        var tls = app.Services.GetRequiredService<IOptionsMonitor<TlsOptions>>();
        var limits = app.Services.GetRequiredService<IOptionsMonitor<LimitOptions>>();
        app.UseRequestFields(
            RequestGuardMiddleware.RefuseAsync,
            () => tls.CurrentValue.IsOn ? limits.CurrentValue.RequestHeaderCount : 0);
        app.UseTraceParent();
        // Before any middleware that reads the path.
        app.UseRequestTarget(
            static (context, detail) => RequestGuardMiddleware.RefuseAsync(context, StatusCodes.Status400BadRequest, detail),
            ResponseHeaders.Apply);
        app.UseWebSocketRelay();
        app.UseMiddleware<DirectRouteMiddleware>((Func<RequestDelegate, RequestDelegate>)app.Guard);
        app.UseMiddleware<ManagementGuardMiddleware>();
        app.UseRouting();
        app.UseThreadPoolForLocalEndpoints();
        app.UseMiddleware<ErrorMiddleware>();
        app.UseGuards();
        app.MapStatus();
        app.MapStatusPage();
        app.MapManagement();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<RateLimitMiddleware>();
            proxy.UseMiddleware<ConnectionLimitMiddleware>();
            proxy.UseMiddleware<RequestGateMiddleware>();
            proxy.Run(app.Services.GetRequiredService<AttemptLoop>().ForwardAsync);
        });
    }

    /// <summary>Adds the middlewares that run before every endpoint, with or without routing.</summary>
    private static void UseGuards(this IApplicationBuilder app)
    {
        app.UseMiddleware<HstsMiddleware>();
        app.UseMiddleware<RequestGuardMiddleware>();
    }

    private static RequestDelegate Guard(this IApplicationBuilder app, RequestDelegate endpoint)
    {
        var guarded = app.New();
        guarded.UseGuards();
        guarded.Run(endpoint);
        return guarded.Build();
    }
}
