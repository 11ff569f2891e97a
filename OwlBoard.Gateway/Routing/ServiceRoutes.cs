using System.Globalization;
using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Routing;

/// <summary>
/// The routes and clusters: for each service its paths, its health, and its WebSockets, which have a cluster of their
/// own because they may be idle for longer than anything else (the proxy's activity timeout is one a cluster).
/// </summary>
internal static class ServiceRoutes
{
    /// <summary>Cluster metadata: the service's <see cref="BackendService.Resource"/>.</summary>
    public const string ServiceMetadata = "Service";

    /// <summary>What is in front of each path, and not passed on.</summary>
    public const string Prefix = "/api";

    /// <summary>Route metadata: the path at the service, where it is not what follows <see cref="Prefix"/>.</summary>
    public const string PathMetadata = "Path";

    /// <summary>Cluster metadata: how long a service may take to accept a WebSocket.</summary>
    public const string HandshakeTimeoutMetadata = "HandshakeTimeout";

    public static InMemoryConfigProvider Create(GatewayOptions options)
    {
        var routes = new List<RouteConfig>();
        var clusters = new List<ClusterConfig>();
        foreach (var service in BackendService.All)
        {
            var timeout = options.ServiceTimeouts.TryGetValue(service.Name, out var own) ? own : options.ServiceTimeout;
            var webSockets = $"{service.Name}-websockets";
            clusters.Add(Cluster(service.Name, service, options, timeout, []));
            clusters.Add(Cluster(webSockets, service, options, options.WebSocketTimeout,
                new() { [HandshakeTimeoutMetadata] = timeout.ToString("c", CultureInfo.InvariantCulture) }));

            var paths = new RouteConfig
            {
                RouteId = service.Name,
                ClusterId = service.Name,
                Match = new() { Path = $"{Prefix}/{service.Name}/{{**path}}" },
            };

            routes.Add(paths);
            routes.Add(paths with
            {
                RouteId = webSockets,
                ClusterId = webSockets,
                Order = -1,
                Match = paths.Match with { Headers = [UpgradeToWebSocket()] },
            });
            routes.Add(new RouteConfig
            {
                RouteId = $"{service.Name}-health",
                ClusterId = service.Name,
                Order = -2,
                Match = new() { Path = $"{Prefix}/{service.Name}/health", Methods = [HttpMethods.Get, HttpMethods.Head] },
                Metadata = new Dictionary<string, string> { [PathMetadata] = "/health" },
            });
        }

        return new InMemoryConfigProvider(routes, clusters);
    }

    private static ClusterConfig Cluster(
        string id, BackendService service, GatewayOptions options, TimeSpan timeout, Dictionary<string, string> metadata) => new()
        {
            ClusterId = id,
            Destinations = new Dictionary<string, DestinationConfig>
            {
                [service.Resource] = new() { Address = service.Address(options.Services) },
            },
            Metadata = new Dictionary<string, string>(metadata) { [ServiceMetadata] = service.Resource },
            HttpRequest = new ForwarderRequestConfig
            {
                ActivityTimeout = timeout,
                // Exactly 1.1: a WebSocket could become an HTTP/2 CONNECT otherwise (dotnet/yarp#2805).
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            },
            HealthCheck = new HealthCheckConfig
            {
                // A dead replica is left out; when all seem dead, the breaker decides, not this.
                Passive = new PassiveHealthCheckConfig { Enabled = true, ReactivationPeriod = options.Breaker.BreakDuration },
                AvailableDestinationsPolicy = "HealthyOrPanic",
            },
        };

    private static RouteHeader UpgradeToWebSocket() => new()
    {
        Name = "Upgrade",
        Values = ["websocket"],
        Mode = HeaderMatchMode.ExactHeader,
    };
}
