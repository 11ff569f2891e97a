using System.Globalization;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Discovery;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Forwarding.WebSockets;
using OwlBoard.Frontend.Pages;
using OwlBoard.Frontend.Proxy;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.Health;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace OwlBoard.Frontend;

internal static class FrontendApplication
{
    private const string ForwardedPort = "X-Forwarded-Port";

    public static WebApplication Build(FrontendVariant variant, string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.AddServiceDefaults();
        builder.WebHost.ConfigureKestrel(static server =>
        {
            server.AddServerHeader = false;
            server.UseOpaqueFields();
            server.AcceptTargetsOfAllForms();
            // The load balancer limits the size of forwarded requests and enforces the client's data rates.
            server.Limits.MaxRequestBodySize = null;
            server.Limits.MinRequestBodyDataRate = null;
            server.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddSocketLoops();

        builder.Services.AddSingleton<IValidateOptions<FrontendOptions>, FrontendOptionsValidator>();
        builder.Services.AddOptions<FrontendOptions>()
            .Configure(options => options.LoadBalancer = variant.LoadBalancer)
            .BindConfiguration(FrontendOptions.Section)
            .ValidateOnStart();

        builder.Services.AddWebSocketRelay();
        builder.Services.AddSingleton<IProxyConfigProvider>(services =>
            LoadBalancerRoute.Create(services.GetRequiredService<IOptions<FrontendOptions>>().Value));
        builder.Services.AddReverseProxy()
            // Before the transforms below: it removes the headers that Connection names, and must not remove those added here.
            .AddSocketForwarder()
            .AddTransforms(transforms =>
            {
                // RFC 7239: removed, because only the client wrote it and no proxy extends it.
                transforms.AddRequestHeaderRemove("Forwarded");
                transforms.AddXForwardedProto();
                transforms.AddXForwardedHost();
                // The load balancer trusts the frontend, so values from the client are replaced.
                transforms.AddRequestTransform(static transform =>
                {
                    var port = transform.HttpContext.Connection.LocalPort.ToString(CultureInfo.InvariantCulture);
                    RequestTransform.RemoveHeader(transform, ForwardedPort);
                    RequestTransform.AddHeader(transform, ForwardedPort, port);
                    return default;
                });
                // Appended, because a proxy in front of the frontend may have set the client's address.
                transforms.AddXForwardedFor(action: ForwardedTransformActions.Append);
            })
            .AddServiceDiscoveryDestinations();

        var app = builder.Build();
        app.UseRequestTarget(static (context, detail) => Results.Problem(
            statusCode: StatusCodes.Status400BadRequest, detail: detail).ExecuteAsync(context));
        app.UseMiddleware<SecurityHeadersMiddleware>();
        app.UseRequestFields(LoadBalancerRoute.RefuseAsync);
        app.UseWebSocketRelay();
        app.UseRouting();
        app.UseThreadPoolForLocalEndpoints();
        app.MapHealth("healthy");
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<LoadBalancerFailureMiddleware>();
            proxy.UseLoadBalancing();
        });
        app.MapPages(variant);
        return app;
    }
}
