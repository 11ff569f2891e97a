using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Discovery;
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
    public static WebApplication Build(FrontendVariant variant, string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.AddServiceDefaults();
        builder.WebHost.ConfigureKestrel(server => server.AddServerHeader = false);

        builder.Services.AddSingleton<IValidateOptions<FrontendOptions>, FrontendOptionsValidator>();
        builder.Services.AddOptions<FrontendOptions>()
            .Configure(options => options.LoadBalancer = variant.LoadBalancer)
            .BindConfiguration(FrontendOptions.Section)
            .ValidateOnStart();

        builder.Services.AddWebSocketRelay();
        builder.Services.AddSingleton<IProxyConfigProvider>(services =>
            LoadBalancerRoute.Create(services.GetRequiredService<IOptions<FrontendOptions>>().Value));
        builder.Services.AddReverseProxy()
            .AddTransforms(transforms =>
            {
                transforms.AddOriginalHost();
                transforms.AddXForwardedProto();
                transforms.AddXForwardedHost();
                // Appended, not set: a proxy in front of the frontend may have said who the client is.
                transforms.AddXForwardedFor(action: ForwardedTransformActions.Append);
            })
            .AddServiceDiscoveryDestinations();

        var app = builder.Build();
        app.UseMiddleware<SecurityHeadersMiddleware>();
        app.UseWebSocketRelay();
        app.UseRouting();
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
