using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A load balancing policy with its own gateways.</summary>
internal sealed class PolicyFixture : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly ClientAddress _client;
    private readonly GatewayRegistry _registry;
    private readonly DestinationState[] _destinations;
    private readonly ClusterState _cluster = new("gateways");

    /// <param name="algorithm">The policy's name.</param>
    /// <param name="weights">The weight of each gateway: <c>gw-1</c> and so on.</param>
    /// <param name="settings">Settings relative to <c>LoadBalancer</c>.</param>
    public PolicyFixture(string algorithm, double[] weights, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => $"LoadBalancer:{setting.Key}", setting => (string?)setting.Value))
            .Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        services.AddLiveOptions();
        _services = services.BuildServiceProvider();
        var options = _services.GetRequiredService<IOptionsMonitor<BalancingOptions>>();
        _client = new ClientAddress(_services.GetRequiredService<IOptionsMonitor<TrustedProxyOptions>>());
        _registry = new GatewayRegistry(Time);
        var keys = new HashKey(_client, options);
        ILoadBalancingPolicy[] policies =
        [
            new LeastConnectionsPolicy(_registry, options),
            new RoundRobinPolicy(_registry, options),
            new PowerOfTwoChoicesPolicy(_registry, options),
            new ConsistentHashPolicy(_registry, keys, options),
        ];
        Policy = policies.Single(policy => policy.Name == algorithm);
        _destinations = [.. weights.Select((weight, i) => new DestinationState($"gw-{i + 1}", Model(weight)))];
        Gateways = [.. _destinations.Select(_registry.Of)];
    }

    public FakeTimeProvider Time { get; } = new();

    public ILoadBalancingPolicy Policy { get; }

    public IReadOnlyList<GatewayUnderTest> Gateways { get; }

    /// <summary>Returns the available destinations except for those of the given gateways.</summary>
    public DestinationState[] Available(params string[] except) =>
        [.. _destinations.Where(destination => !except.Contains(destination.DestinationId))];

    /// <summary>Creates a request from the given client, for any number of picks.</summary>
    public static DefaultHttpContext Request(string client = "203.0.113.1")
    {
        var context = new DefaultHttpContext();
        context.Features.Set(new ClientConnection(Listener.Desktop, new IPEndPoint(IPAddress.Parse(client), 50_000), local: null));
        return context;
    }

    /// <summary>Picks a gateway and increments its number of active requests.</summary>
    public GatewayUnderTest Pick(HttpContext context, IReadOnlyList<DestinationState>? available = null)
    {
        var destination = Policy.PickDestination(context, _cluster, available ?? _destinations);
        return _registry.Of(destination!);
    }

    /// <summary>Returns how many of the given number of sequential requests each gateway receives.</summary>
    public int[] Spread(int requests, HttpContext? context = null)
    {
        context ??= Request();
        var counts = Gateways.ToDictionary(gateway => gateway, _ => 0);
        for (var i = 0; i < requests; i++)
        {
            var gateway = Pick(context);
            counts[gateway]++;
            gateway.Release();
        }

        return [.. Gateways.Select(gateway => counts[gateway])];
    }

    public void Dispose()
    {
        _client.Dispose();
        _services.Dispose();
    }

    private static DestinationModel Model(double weight) => new(new DestinationConfig
    {
        Address = "http://127.0.0.1",
        Metadata = new Dictionary<string, string> { [GatewayUnderTest.WeightKey] = weight.ToString(CultureInfo.InvariantCulture) },
    });
}
