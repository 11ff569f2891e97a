using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>The load balancer on free ports with the given upstreams.</summary>
internal sealed class TestLoadBalancer : WebApplicationFactory<LoadBalancerOptions>
{
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IServiceCollection>? _services;

    private TestLoadBalancer(Dictionary<string, string?> settings, Action<IServiceCollection>? services)
    {
        _settings = settings;
        _services = services;
        UseKestrel();
    }

    public Uri Desktop { get; private set; } = null!;

    public Uri Mobile { get; private set; } = null!;

    public Uri Management { get; private set; } = null!;

    /// <summary>Gets an HTTP client of the desktop listener.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Gets the gateways' state as seen by the load balancer.</summary>
    public IReadOnlyList<GatewayUnderTest> Gateways => Services.GetRequiredService<GatewayRegistry>().All;

    /// <summary>Starts a load balancer. Probes are disabled unless a setting enables them, to not interfere with a test.</summary>
    public static TestLoadBalancer Start(
        IEnumerable<FakeGateway> gateways,
        IEnumerable<KeyValuePair<string, string>>? settings = null,
        Action<IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string?>
        {
            ["LoadBalancer:Address"] = "127.0.0.1",
            ["LoadBalancer:DesktopPort"] = "0",
            ["LoadBalancer:MobilePort"] = "0",
            ["LoadBalancer:ManagementPort"] = "0",
            ["LoadBalancer:ActiveHealth:Enabled"] = "false",
            ["LoadBalancer:AccessLog:Enabled"] = "false",
            ["LoadBalancer:RateLimit:RequestsPerSecond"] = "0",
            ["Logging:LogLevel:Default"] = "Error",
            ["Drain:Period"] = "00:00:00",
        };
        foreach (var (i, gateway) in gateways.Index())
        {
            all[$"LoadBalancer:Gateways:{i}:Address"] = gateway.Address;
            all[$"LoadBalancer:Gateways:{i}:Name"] = gateway.Name;
        }

        foreach (var (key, value) in settings ?? [])
        {
            all[key.StartsWith("WebSockets:", StringComparison.Ordinal) ? key : $"LoadBalancer:{key}"] = value;
        }

        var loadBalancer = new TestLoadBalancer(all, services);
        loadBalancer.StartServer();
        var addresses = loadBalancer.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToArray();
        loadBalancer.Desktop = new Uri(addresses[0]);
        loadBalancer.Mobile = new Uri(addresses[1]);
        loadBalancer.Management = new Uri(addresses[2]);
        loadBalancer.Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = loadBalancer.Desktop };
        return loadBalancer;
    }

    public GatewayUnderTest Gateway(string name) => Gateways.Single(gateway => gateway.Name == name);

    public Task IsInStateAsync(string name, GatewayState state) =>
        Eventually.IsTrueAsync($"{name} is {state}", () => Gateway(name).Condition.State == state);

    /// <summary>Sends a request and returns the name of the gateway that responds.</summary>
    public async Task<string> AskAsync(string path = "/", HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues("X-Upstream-Server").Single();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        if (_services is not null)
        {
            builder.ConfigureServices(_services);
        }
    }

    public override ValueTask DisposeAsync()
    {
        // Dispose the client first: the server waits for its clients to close, on a clock that the test may have stopped.
        Http?.Dispose();
        return base.DisposeAsync();
    }
}
