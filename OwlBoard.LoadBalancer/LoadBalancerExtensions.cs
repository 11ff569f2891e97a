using System.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OwlBoard.Forwarding.Discovery;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Forwarding.WebSockets;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Affinity;
using OwlBoard.LoadBalancer.Attempts;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Management;
using OwlBoard.LoadBalancer.Pipeline;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Status;
using OwlBoard.LoadBalancer.Telemetry;
using OwlBoard.LoadBalancer.Tls;
using OwlBoard.ServiceDefaults.Telemetry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer;

/// <summary>Registers the load balancer: YARP, and the features that are added through its extension points.</summary>
internal static class LoadBalancerExtensions
{
    public static void AddLoadBalancer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddLiveOptions();
        services.AddSingleton<LoadBalancerMetrics>();
        services.AddSingleton<ClientAddress>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelListeners>();
        services.AddSingleton<ServerCertificate>();
        services.AddSingleton<MatcherPolicy, ListenerMatcherPolicy>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            // LoadBalancerMetrics records the duration. ASP.NET Core's would add 0.3 us per request, its active count 0.2 us.
            .AddView(instrument => instrument.Meter.Name == "Microsoft.AspNetCore.Hosting" ? MetricStreamConfiguration.Drop : null)
            .AddPrometheusExporter());
        builder.WebHost.UseKestrel();
        services.AddSocketLoops();
        builder.AddTraceParent();

        services.AddWebSocketRelay(pingInterval: TimeSpan.FromSeconds(30));
        if (builder.ExportsTelemetry())
        {
            services.AddSingleton<AccessLogExporter>();
            // The access log is already written to the console.
            builder.Logging.AddFilter<ConsoleLoggerProvider>(typeof(AccessLogExporter).FullName, LogLevel.None);
        }

        services.AddSingleton<AccessLogWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<AccessLogWriter>());
        // Kestrel reports requests that its parser rejects to this source. The host keeps the DiagnosticListener, which has a cost
        // per request once it has a subscriber.
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
        services.AddSingleton<ErrorResponse>();
        services.AddSingleton<LoopGuard>();
        services.AddSingleton<RetryBudget>();
        services.AddSingleton<RetryPolicy>();
        services.AddSingleton(new ReplayMemory());
        services.AddSingleton<GatewayPicker>();
        services.AddSingleton<AttemptLoop>();

        services.AddSingleton<TokenThrottle>();
        services.AddSingleton<TrafficHistory>();
        services.AddHostedService<TrafficSampler>();
        services.AddProxy();
    }

    private static void AddProxy(this IServiceCollection services)
    {
        // Listeners are notified of a change in this order: the registry has to know a gateway before it is probed.
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<GatewayRegistry>());
        services.AddSingleton<ZoneRouting>();
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<ZoneRouting>());
        // Before AddReverseProxy, which adds its own monitor only if none is registered.
        services.AddSingleton<ProbeMonitor>();
        services.AddSingleton<IActiveHealthCheckMonitor>(provider => provider.GetRequiredService<ProbeMonitor>());
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<ProbeMonitor>());

        services.AddReverseProxy()
            .AddServiceDiscoveryDestinations()
            .AddSocketForwarder();
        services.AddSingleton<IExchangeTransform, GatewayTransforms>();
        services.AddSingleton<IExchangeTransform, AffinityTransforms>();
        services.AddSingleton<GatewayCookie>();
        services.AddSingleton<ClientAffinity>();
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
