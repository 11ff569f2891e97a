using System.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OwlBoard.Forwarding.Discovery;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Forwarding.WebSockets;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.ConnectionLimiting;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Listeners;
using OwlBoard.LoadBalancer.Management;
using OwlBoard.LoadBalancer.RateLimiting;
using OwlBoard.LoadBalancer.Retry;
using OwlBoard.LoadBalancer.Status;
using OwlBoard.LoadBalancer.Stickiness;
using OwlBoard.LoadBalancer.Telemetry;
using OwlBoard.LoadBalancer.Tls;
using OwlBoard.LoadBalancer.Zones;
using OwlBoard.ServiceDefaults.Telemetry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer;

/// <summary>Puts the load balancer together: YARP, and what is added through its extension points.</summary>
internal static class LoadBalancerExtensions
{
    public static void AddLoadBalancer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<LoadBalancerOptions>, LoadBalancerOptionsValidator>();
        services.AddSingleton<LiveOptions>();
        services.AddSingleton<LoadBalancerMetrics>();
        services.AddSingleton<ClientAddress>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelListeners>();
        services.AddSingleton<ServerCertificate>();
        services.AddSingleton<MatcherPolicy, ListenerMatcherPolicy>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            // LoadBalancerMetrics has the duration: ASP.NET Core's costs each request 0.3 us more, and its count of active ones 0.2.
            .AddView(instrument => instrument.Meter.Name == "Microsoft.AspNetCore.Hosting" ? MetricStreamConfiguration.Drop : null)
            .AddPrometheusExporter());
        builder.WebHost.UseKestrel();
        services.AddSocketLoops();
        builder.AddTraceParent();

        services.AddWebSocketRelay(pingInterval: TimeSpan.FromSeconds(30));
        if (builder.ExportsTelemetry())
        {
            services.AddSingleton<AccessLogExporter>();
            // The console has the access log itself.
            builder.Logging.AddFilter<ConsoleLoggerProvider>(typeof(AccessLogExporter).FullName, LogLevel.None);
        }

        services.AddSingleton<AccessLogWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<AccessLogWriter>());
        // Kestrel reports there what its parser refuses. The host keeps the listener, which costs each request something once
        // it has a subscriber.
        services.Replace(ServiceDescriptor.Singleton<DiagnosticSource, RefusedRequestLog>());

        services.AddSingleton<RateLimiter>();
        services.AddSingleton<ConnectionLimiter>();
        services.AddSingleton<ConnectionLimits>();
        services.AddSingleton<ShedLog>();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<Http2FloodGuard>();
        services.AddSingleton<MemoryPressure>();
        services.AddHostedService<ConnectionSweeper>();

        services.AddSingleton<GatewayRegistry>();
        services.AddSingleton<StateJournal>();
        services.AddSingleton<GatewayHealth>();
        services.AddSingleton<LastResort>();
        services.AddSingleton<LoopGuard>();
        services.AddSingleton<RetryBudget>();
        services.AddSingleton<RetryPolicy>();
        services.AddSingleton(new ReplayMemory());
        services.AddSingleton<TryForwarder>();

        services.AddSingleton<TokenThrottle>();
        services.AddSingleton<TrafficHistory>();
        services.AddHostedService<TrafficSampler>();
        services.AddProxy();
    }

    public static void UseLoadBalancer(this WebApplication app)
    {
        app.WithoutAuthorization();
        // Before routing, which asks for the listener and finds it quicker then.
        app.UseMiddleware<MeasurementMiddleware>();
        // Before anything reads or adds a field.
        var options = app.Services.GetRequiredService<LiveOptions>();
        app.UseRequestFields(
            RequestGuardMiddleware.RefuseAsync,
            () => options.Current is { Tls.IsOn: true, Limits: var limits } ? limits.RequestHeaderCount : 0);
        app.UseTraceParent();
        // Before anything that looks at the path.
        app.UseRequestTarget(
            static (context, detail) => RequestGuardMiddleware.RefuseAsync(context, StatusCodes.Status400BadRequest, detail),
            ResponseHeaders.Apply);
        app.UseMiddleware<DirectRouteMiddleware>((Func<RequestDelegate, RequestDelegate>)app.Guard);
        app.UseMiddleware<ManagementGuardMiddleware>();
        app.UseRouting();
        app.UseThreadPoolForOwnAnswers();
        app.UseMiddleware<LastResortMiddleware>();
        app.UseGuards();
        app.MapStatus();
        app.MapStatusPage();
        app.MapManagement();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<RateLimitMiddleware>();
            proxy.UseMiddleware<ConnectionLimitMiddleware>();
            proxy.UseMiddleware<RequestGateMiddleware>();
            proxy.UseMiddleware<RetryMiddleware>();
            proxy.UseMiddleware<StickinessMiddleware>();
            proxy.UseMiddleware<ZoneMiddleware>();
            proxy.UseLoadBalancing();
            // A gateway is picked: RetryMiddleware forwards, and YARP's own last middleware does not come to it.
            proxy.Run(static _ => Task.CompletedTask);
        });
    }

    /// <summary>What each request passes before its endpoint, whether routing finds that or there is only one for it.</summary>
    private static void UseGuards(this IApplicationBuilder app)
    {
        app.UseMiddleware<HstsMiddleware>();
        app.UseMiddleware<RequestGuardMiddleware>();
        app.UseWebSocketRelay();
    }

    private static RequestDelegate Guard(this IApplicationBuilder app, RequestDelegate endpoint)
    {
        var guarded = app.New();
        guarded.UseGuards();
        guarded.Run(endpoint);
        return guarded.Build();
    }

    private static void AddProxy(this IServiceCollection services)
    {
        // Listeners are told of a change in this order: the registry has to know a gateway before it is probed.
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<GatewayRegistry>());
        services.AddSingleton<ZoneRouting>();
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<ZoneRouting>());
        // Before AddReverseProxy, which leaves out its own monitor where there is one.
        services.AddSingleton<ProbeMonitor>();
        services.AddSingleton<IActiveHealthCheckMonitor>(provider => provider.GetRequiredService<ProbeMonitor>());
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<ProbeMonitor>());

        services.AddReverseProxy()
            .AddServiceDiscoveryDestinations()
            .AddTransforms<PoolTransforms>()
            .AddSocketForwarder();
        services.AddSingleton<IExchangeTransform, GatewayTransforms>();
        services.AddSingleton<IExchangeTransform, StickinessTransforms>();
        services.AddSingleton<GatewayCookie>();
        services.AddSingleton<IProxyConfigProvider, GatewayProxyConfigProvider>();
        services.AddSingleton<HashKey>();
        services.AddSingleton<ILoadBalancingPolicy, LeastConnectionsPolicy>();
        services.AddSingleton<ILoadBalancingPolicy, RoundRobinPolicy>();
        services.AddSingleton<ILoadBalancingPolicy, PowerOfTwoChoicesPolicy>();
        services.AddSingleton<ILoadBalancingPolicy, ConsistentHashPolicy>();
        services.AddSingleton<IAvailableDestinationsPolicy, InRotationPolicy>();
        services.AddSingleton<IActiveHealthCheckPolicy, ProbePolicy>();
        services.Replace(ServiceDescriptor.Singleton<IForwarderHttpClientFactory, GatewayClientFactory>());
    }
}
