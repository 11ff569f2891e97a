using System.Net;
using OwlBoard.Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Routing;

/// <summary>
/// Creates the routes and clusters: per service one catch-all route, its own routes, and its health route. No request matches
/// two routes that differ in more than their path, because the matcher would then build a list of candidates.
/// </summary>
internal static class ServiceRoutes
{
    /// <summary>Cluster metadata: the service's <see cref="BackendService.Resource"/>.</summary>
    public const string ServiceMetadata = "Service";

    /// <summary>The first segment of each path, which is removed before forwarding.</summary>
    public const string Prefix = "/api";

    /// <summary>Route metadata: the path at the service, where it is not the path after <see cref="Prefix"/>.</summary>
    public const string PathMetadata = "Path";

    public static InMemoryConfigProvider Create(GatewayOptions options)
    {
        var routes = new List<RouteConfig>();
        var clusters = new List<ClusterConfig>();
        foreach (var service in BackendService.All)
        {
            clusters.Add(Cluster(service, options));
            routes.Add(new RouteConfig
            {
                RouteId = service.Name,
                ClusterId = service.Name,
                Match = new() { Path = $"{Prefix}/{service.Name}/{{**path}}" },
            });
            foreach (var route in service.OwnRoutes)
            {
                routes.Add(new RouteConfig
                {
                    RouteId = $"{service.Name}-{route}",
                    ClusterId = service.Name,
                    Match = new() { Path = $"{Prefix}/{service.Name}/{route}/{{**path}}" },
                });
            }

            routes.Add(new RouteConfig
            {
                RouteId = $"{service.Name}-health",
                ClusterId = service.Name,
                Match = new() { Path = $"{Prefix}/{service.Name}/health", Methods = [HttpMethods.Get, HttpMethods.Head] },
                Metadata = new Dictionary<string, string> { [PathMetadata] = "/health" },
            });
        }

        return new InMemoryConfigProvider(routes, clusters);
    }

    private static ClusterConfig Cluster(BackendService service, GatewayOptions options) => new()
    {
        ClusterId = service.Name,
        Destinations = new Dictionary<string, DestinationConfig>
        {
            [service.Resource] = new() { Address = service.Address(options.Services) },
        },
        Metadata = new Dictionary<string, string> { [ServiceMetadata] = service.Resource },
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = options.ServiceTimeouts.TryGetValue(service.Name, out var own) ? own : options.ServiceTimeout,
            // RequestVersionExact: otherwise a WebSocket could become an HTTP/2 CONNECT (dotnet/yarp#2805).
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        },
        HealthCheck = new HealthCheckConfig
        {
            // A dead replica is skipped; if all are unhealthy, the request is forwarded anyway and the breaker decides.
            Passive = new PassiveHealthCheckConfig { Enabled = true, ReactivationPeriod = options.Breaker.BreakDuration },
            AvailableDestinationsPolicy = "HealthyOrPanic",
        },
    };
}
