using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Forwarding.Discovery;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace OwlBoard.Tests.Forwarding.Discovery;

[Trait("Category", "Unit")]
public sealed class ServiceDiscoveryDestinationResolverTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeHostAddresses _dns = new();
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
    private readonly ServiceProvider _services;
    private readonly IDestinationResolver _resolver;

    public ServiceDiscoveryDestinationResolverTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IHostAddresses>(_dns);
        services.AddReverseProxy().AddServiceDiscoveryDestinations();
        _services = services.BuildServiceProvider();
        _resolver = _services.GetRequiredService<IDestinationResolver>();
    }

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData("http://127.0.0.1:7101")]
    [InlineData("http://127.0.0.1:7101/base")]
    [InlineData("https://[::1]:7101")]
    public async Task Address_that_is_an_ip_passes_through_and_is_never_asked_for_again(string address)
    {
        var found = await ResolveAsync(("gateway-1", address));

        Assert.Equal(address, Assert.Single(found.Destinations, d => d.Key == "gateway-1").Value.Address);
        Assert.Null(found.ChangeToken);
    }

    [Theory]
    [InlineData("http://gateway.example:7101")]
    [InlineData("http://localhost:7101")]
    public async Task Address_with_a_port_that_discovery_does_not_know_passes_through(string address)
    {
        var found = await ResolveAsync(("gateway-1", address));

        Assert.Equal(address, Assert.Single(found.Destinations, d => d.Key == "gateway-1").Value.Address);
        Assert.Equal(0, _dns.LookUps);
    }

    [Fact]
    public async Task Name_with_one_configured_endpoint_keeps_its_id()
    {
        _configuration["services:api-gateway-2:http:0"] = "http://localhost:5002";

        var found = await ResolveAsync(("api-gateway-2", "http://api-gateway-2"));

        var (id, destination) = Assert.Single(found.Destinations);
        Assert.Equal("api-gateway-2", id);
        Assert.Equal("http://localhost:5002/", destination.Address);
        Assert.Equal("api-gateway-2", destination.Host);
    }

    [Fact]
    public async Task Named_endpoint_is_found_by_its_prefix()
    {
        _configuration["services:load-balancer:desktop:0"] = "http://127.0.0.1:8000";
        _configuration["services:load-balancer:mobile:0"] = "http://127.0.0.1:9000";

        var found = await ResolveAsync(("load-balancer", "http://_mobile.load-balancer"));

        var destination = Assert.Single(found.Destinations).Value;
        Assert.Equal("http://127.0.0.1:9000/", destination.Address);
        Assert.Equal("load-balancer", destination.Host);
    }

    [Fact]
    public async Task Name_with_several_configured_endpoints_becomes_several_destinations()
    {
        _configuration["services:user-service:http:0"] = "http://127.0.0.1:5001";
        _configuration["services:user-service:http:1"] = "http://127.0.0.1:5002";

        var found = await ResolveAsync(("users", "http://user-service/base"));

        Assert.Equal(["users@127.0.0.1:5001", "users@127.0.0.1:5002"], found.Destinations.Keys.Order());
        Assert.Equal("http://127.0.0.1:5001/base", found.Destinations["users@127.0.0.1:5001"].Address);
    }

    [Fact]
    public async Task Name_with_several_dns_records_becomes_several_destinations_with_stable_ids()
    {
        _dns.Set("gateway", "10.0.0.3", "10.0.0.1");
        var before = await ResolveAsync(("gateway", "http://gateway"));
        _dns.Set("gateway", "10.0.0.1", "10.0.0.2", "10.0.0.3");
        var after = await ResolveAsync(("gateway", "http://gateway"));

        Assert.Equal(["gateway@10.0.0.1:80", "gateway@10.0.0.3:80"], before.Destinations.Keys.Order());
        Assert.Equal(["gateway@10.0.0.1:80", "gateway@10.0.0.2:80", "gateway@10.0.0.3:80"], after.Destinations.Keys.Order());
        Assert.Equal(before.Destinations["gateway@10.0.0.1:80"], after.Destinations["gateway@10.0.0.1:80"]);
        Assert.Equal("gateway", after.Destinations["gateway@10.0.0.1:80"].Host);
    }

    [Fact]
    public async Task Configured_endpoint_whose_host_has_several_dns_records_becomes_several_destinations()
    {
        _configuration["services:gateway:http:0"] = "http://tasks.gateway:8080";
        _dns.Set("tasks.gateway", "10.0.0.1", "10.0.0.2");

        var found = await ResolveAsync(("gateway", "http://gateway"));

        Assert.Equal(["gateway@10.0.0.1:8080", "gateway@10.0.0.2:8080"], found.Destinations.Keys.Order());
    }

    [Fact]
    public async Task Host_with_both_address_families_counts_once()
    {
        _dns.Set("gateway", "fd00::1", "10.0.0.1");

        var found = await ResolveAsync(("gateway", "http://gateway"));

        Assert.Equal("http://gateway", Assert.Single(found.Destinations, d => d.Key == "gateway").Value.Address);
    }

    [Fact]
    public async Task Name_that_does_not_resolve_leaves_the_others_to_serve()
    {
        _dns.Set("api-gateway-1", "10.0.0.1");

        var found = await ResolveAsync(("api-gateway-1", "http://api-gateway-1"), ("api-gateway-2", "http://api-gateway-2"));

        Assert.Equal("api-gateway-1", Assert.Single(found.Destinations).Key);
    }

    [Fact]
    public async Task Name_that_stops_to_resolve_keeps_its_last_good_answer()
    {
        _dns.Set("gateway", "10.0.0.1", "10.0.0.2");
        var before = await ResolveAsync(("gateway", "http://gateway"));
        _dns.Remove("gateway");
        var after = await ResolveAsync(("gateway", "http://gateway"));

        Assert.Equal(before.Destinations, after.Destinations);
    }

    [Theory]
    [InlineData(true, new[] { 0.5, 1, 2, 4, 8, 10, 10 })]
    // Requests fail until the name resolves.
    [InlineData(false, new[] { 0.5, 1, 1, 1 })]
    public async Task Name_that_does_not_resolve_is_tried_again_soon_and_then_less_often(bool isKnown, double[] delays)
    {
        if (isKnown)
        {
            _dns.Set("gateway", "10.0.0.1");
            await ResolveAsync(("gateway", "http://gateway"));
            _dns.Remove("gateway");
        }

        foreach (var delay in delays)
        {
            var found = await ResolveAsync(("gateway", "http://gateway"));
            _time.Advance(TimeSpan.FromSeconds(delay - 0.001));
            Assert.False(found.ChangeToken!.HasChanged);
            _time.Advance(TimeSpan.FromSeconds(0.001));
            Assert.True(found.ChangeToken.HasChanged);
        }
    }

    [Fact]
    public async Task Name_that_resolves_is_looked_up_again_after_the_period_though_configuration_has_a_token()
    {
        _configuration["services:gateway:http:0"] = "http://tasks.gateway:8080";
        _dns.Set("tasks.gateway", "10.0.0.1");

        var found = await ResolveAsync(("gateway", "http://gateway"));

        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(found.ChangeToken!.HasChanged);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(found.ChangeToken.HasChanged);
    }

    [Fact]
    public async Task Change_of_the_configuration_is_told_at_once()
    {
        _configuration["services:gateway:http:0"] = "http://127.0.0.1:5001";
        var found = await ResolveAsync(("gateway", "http://gateway"));

        _configuration["services:gateway:http:0"] = "http://127.0.0.1:5002";
        _configuration.Reload();

        Assert.True(found.ChangeToken!.HasChanged);
        var again = await ResolveAsync(("gateway", "http://gateway"));
        Assert.Equal("http://127.0.0.1:5002/", Assert.Single(again.Destinations).Value.Address);
        Assert.False(again.ChangeToken!.HasChanged);
    }

    [Fact]
    public async Task Endpoint_that_cannot_be_read_does_not_fail_the_others()
    {
        _configuration["services:broken:http:nonsense"] = "http://127.0.0.1:5001";
        _configuration["services:sound:http:0"] = "http://127.0.0.1:5002";

        var found = await ResolveAsync(("broken", "http://broken"), ("sound", "http://sound"));

        Assert.Equal("sound", Assert.Single(found.Destinations).Key);
        Assert.False(found.ChangeToken!.HasChanged);
    }

    [Fact]
    public async Task Health_address_moves_with_the_destination()
    {
        _configuration["services:gateway:http:0"] = "http://127.0.0.1:5001";
        var destinations = new Dictionary<string, DestinationConfig>
        {
            ["gateway"] = new() { Address = "http://gateway", Health = "http://gateway/ready" },
            ["managed"] = new() { Address = "http://gateway", Health = "http://gateway:9101/ready" },
        };

        var found = await _resolver.ResolveDestinationsAsync(destinations, TestContext.Current.CancellationToken);

        Assert.Equal("http://127.0.0.1:5001/ready", found.Destinations["gateway"].Health);
        Assert.Equal("http://127.0.0.1:9101/ready", found.Destinations["managed"].Health);
    }

    private ValueTask<ResolvedDestinationCollection> ResolveAsync(params (string Id, string Address)[] destinations) =>
        _resolver.ResolveDestinationsAsync(
            destinations.ToDictionary(d => d.Id, d => new DestinationConfig { Address = d.Address }),
            TestContext.Current.CancellationToken);
}
