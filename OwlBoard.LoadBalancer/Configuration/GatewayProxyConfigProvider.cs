using System.Globalization;
using System.Net;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>Maps the load balancer's options to YARP's routes and clusters: one route to one cluster, the gateways.</summary>
internal sealed class GatewayProxyConfigProvider : IProxyConfigProvider, IDisposable
{
    public const string ClusterId = "gateways";

    private readonly LiveOptions _options;
    private readonly Lock _lock = new();
    private CancellationTokenSource _changed = new();
    private GatewayProxyConfig _config;

    public GatewayProxyConfigProvider(LiveOptions options)
    {
        _options = options;
        _config = Create(options.Current, _changed.Token);
        options.Changed += Update;
    }

    public IProxyConfig GetConfig() => Volatile.Read(ref _config);

    public void Dispose()
    {
        _options.Changed -= Update;
        _changed.Dispose();
    }

    private void Update(LoadBalancerOptions options)
    {
        CancellationTokenSource superseded;
        lock (_lock)
        {
            superseded = _changed;
            _changed = new CancellationTokenSource();
            Volatile.Write(ref _config, Create(options, _changed.Token));
        }

        superseded.Cancel();
        superseded.Dispose();
    }

    private static GatewayProxyConfig Create(LoadBalancerOptions options, CancellationToken changed) => new(
        [new RouteConfig { RouteId = "all", ClusterId = ClusterId, Order = int.MaxValue, Match = new RouteMatch { Path = "/{**path}" } }],
        [CreateCluster(options)],
        changed);

    private static ClusterConfig CreateCluster(LoadBalancerOptions options) => new()
    {
        ClusterId = ClusterId,
        LoadBalancingPolicy = options.Balancing.Algorithm,
        Destinations = options.Gateways.ToDictionary(gateway => gateway.EffectiveName, CreateDestination, StringComparer.OrdinalIgnoreCase),
        HealthCheck = new HealthCheckConfig
        {
            AvailableDestinationsPolicy = InRotationPolicy.PolicyName,
            Active = new ActiveHealthCheckConfig
            {
                Enabled = options.ActiveHealth.Enabled,
                Interval = options.ActiveHealth.Interval,
                Timeout = options.ActiveHealth.Timeout,
                Path = options.ActiveHealth.Path,
                Policy = ProbePolicy.PolicyName,
            },
        },
        HttpRequest = new ForwarderRequestConfig
        {
            // Over HTTP/2, WebSockets would be CONNECT requests, which gateways need not support.
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = options.Timeouts.Response,
        },
        // Passed as metadata, so that the client factory creates a new client when they change.
        Metadata = new Dictionary<string, string>
        {
            [GatewayClientFactory.ConnectTimeoutKey] = options.Timeouts.Connect.ToString("c", CultureInfo.InvariantCulture),
            [GatewayClientFactory.IdleConnectionsKey] = options.ConnectionPool.IdleConnections.ToString(CultureInfo.InvariantCulture),
            [GatewayClientFactory.IdleTimeoutKey] = options.ConnectionPool.IdleTimeout.ToString("c", CultureInfo.InvariantCulture),
        },
    };

    private static DestinationConfig CreateDestination(GatewayDestinationOptions gateway)
    {
        var metadata = new Dictionary<string, string>
        {
            [Gateway.WeightKey] = gateway.Weight.ToString("R", CultureInfo.InvariantCulture),
        };
        if (!string.IsNullOrEmpty(gateway.Zone))
        {
            metadata[Gateway.ZoneKey] = gateway.Zone;
        }

        return new DestinationConfig { Address = gateway.Address, Metadata = metadata };
    }
}
