using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Discovery;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Forwarding.WebSockets;
using OwlBoard.Gateway.Breaker;
using OwlBoard.Gateway.Configuration;
using OwlBoard.Gateway.Cors;
using OwlBoard.Gateway.Responses;
using OwlBoard.Gateway.Routing;
using OwlBoard.Gateway.Upstream;
using OwlBoard.ServiceDefaults.Health;
using OwlBoard.ServiceDefaults.MutualTls;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway;

internal static class GatewayExtensions
{
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(GatewayLimits.Apply);
        builder.Services.AddSocketLoops();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<ClientLimits, IOptions<GatewayOptions>>(
            static (_, clients, options) => clients.SendTimeout = options.Value.ClientSendTimeout);
        builder.AddTraceParent();

        builder.Services.AddSingleton<IConfigureOptions<GatewayOptions>, GatewayDefaults>();
        builder.Services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        builder.Services.AddOptions<GatewayOptions>()
            .BindConfiguration(GatewayOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();

        builder.AddMutualTlsClient();
        builder.Services.AddCors();
        builder.Services.AddSingleton<IConfigureOptions<CorsOptions>, GatewayCorsPolicy>();
        builder.Services.Replace(ServiceDescriptor.Transient<ICorsService, GatewayCorsService>());

        builder.Services.AddSingleton<RouteBreakers>();
        builder.Services.AddSingleton<TrustFailureLog>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ServiceHttpClientFactory>();
        builder.Services.AddSingleton<IProxyConfigProvider>(services =>
            ServiceRoutes.Create(services.GetRequiredService<IOptions<GatewayOptions>>().Value));
        builder.Services.AddReverseProxy()
            .AddSocketForwarder()
            .AddServiceDiscoveryDestinations();
        builder.Services.AddSingleton<IExchangeTransform, ServiceTransforms>();
        builder.Services.AddWebSocketRelay();
    }

    public static void UseGateway(this WebApplication app)
    {
        app.SkipAuthorizationMiddleware();
        app.UseTraceParent();
        // Placed before UseRouting, which WebApplication otherwise inserts first.
        app.UseRequestTarget(Problems.RefuseAsync);
        app.UseRouting();
        app.UseThreadPoolForLocalEndpoints();
        app.UseMiddleware<GatewayHeadersMiddleware>();
        app.UseRequestFields(Problems.RefuseAsync);
        // Without an Origin header CORS has nothing to do, but its middleware would create a service scope.
        app.UseWhen(
            static context => context.Request.Headers.Origin.Count > 0,
            static origins => origins.UseMiddleware<OriginCheckMiddleware>().UseCors());
        app.UseWebSocketRelay();
        // A fallback endpoint for all other paths would be a second candidate for each request.
        app.Use(static next => context => context.GetEndpoint() is null ? Problems.NotFoundAsync(context) : next(context));

        app.MapHealth("API Gateway is healthy");
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<ServiceBreakerMiddleware>();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        });
    }
}
