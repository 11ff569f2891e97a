using System.Net;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.MicroBenchmarks;

/// <summary>Picks one of four gateways and ends the request. Allocates nothing.</summary>
[MemoryDiagnoser]
public class PolicyBenchmarks
{
    private readonly ClusterState _cluster = new("gateways");
    private readonly DefaultHttpContext _context = new();
    private LiveOptions _options = null!;
    private GatewayRegistry _registry = null!;
    private ILoadBalancingPolicy _policy = null!;
    private DestinationState[] _available = null!;

    [Params(Algorithms.LeastConnections, Algorithms.RoundRobin, Algorithms.PowerOfTwoChoices, Algorithms.ConsistentHash)]
    public string Algorithm { get; set; } = "";

    [GlobalSetup]
    public void Start()
    {
        _options = Settings.Create();
        var balancing = new OptionsSection<BalancingOptions>(_options, static options => options.Balancing);
        var proxies = new OptionsSection<TrustedProxyOptions>(_options, static options => options.Proxies);
        _registry = new GatewayRegistry(TimeProvider.System);
        _policy = Algorithm switch
        {
            Algorithms.LeastConnections => new LeastConnectionsPolicy(_registry, balancing),
            Algorithms.RoundRobin => new RoundRobinPolicy(_registry, balancing),
            Algorithms.PowerOfTwoChoices => new PowerOfTwoChoicesPolicy(_registry, balancing),
            _ => new ConsistentHashPolicy(_registry, new HashKey(new ClientAddress(proxies), balancing), balancing),
        };
        var model = new DestinationModel(new DestinationConfig { Address = "http://127.0.0.1" });
        _available = [.. Enumerable.Range(1, 4).Select(i => new DestinationState($"api-gateway-{i}", model))];
        _context.Connection.RemoteIpAddress = IPAddress.Parse("203.0.113.1");
    }

    [GlobalCleanup]
    public void Stop()
    {
        _options.Dispose();
    }

    [Benchmark]
    public object? Pick()
    {
        var destination = _policy.PickDestination(_context, _cluster, _available);
        _registry.Of(destination!).Release();
        return destination;
    }
}
