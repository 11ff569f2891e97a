using System.Globalization;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Discovery;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Transforms;
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
            // Of what is passed on, the load balancer limits the size and times the client.
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
            // Before the transforms below: it removes what Connection names, which must not remove the fields that these add.
            .AddSocketForwarder()
            .AddTransforms(transforms =>
            {
                // RFC 7239: what the client wrote there, and nobody between it and the services extends.
                transforms.AddRequestHeaderRemove("Forwarded");
                transforms.AddXForwardedProto();
                transforms.AddXForwardedHost();
                // The load balancer trusts the frontend, which must not repeat what anyone may have written there.
                transforms.AddRequestTransform(static transform =>
                {
                    var port = transform.HttpContext.Connection.LocalPort.ToString(CultureInfo.InvariantCulture);
                    RequestTransform.RemoveHeader(transform, ForwardedPort);
                    RequestTransform.AddHeader(transform, ForwardedPort, port);
                    return default;
                });
                // Appended, not set: a proxy in front of the frontend may have said who the client is.
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
        app.UseThreadPoolForOwnAnswers();
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
