using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class ReloadTests : IAsyncLifetime
{
    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(3);

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_gateway_that_is_added_gets_traffic_and_one_that_is_removed_gets_none()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways[..2]);
        await loadBalancer.AskAsync();

        Change(loadBalancer, ("Gateways:0:Address", _gateways[2].Address), ("Gateways:0:Name", "gw-3"));

        await Eventually.IsTrueAsync("gw-3 is added and gw-1 removed", () => loadBalancer.Gateways.Select(gateway => gateway.Name).SequenceEqual(["gw-2", "gw-3"]));
        Assert.Equal(["gw-2", "gw-3"], new[] { await loadBalancer.AskAsync(), await loadBalancer.AskAsync() }.Order());
    }

    [Fact]
    public async Task Changed_weights_apply_to_the_next_requests()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways[..2]);
        await loadBalancer.AskAsync();

        Change(loadBalancer, ("Gateways:0:Weight", "3"));

        await Eventually.IsTrueAsync("the weight is 3", () => loadBalancer.Gateway("gw-1").Weight == 3);
        var answers = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            answers.Add(await loadBalancer.AskAsync());
        }

        Assert.InRange(answers.Count(name => name == "gw-1"), 29, 31);
    }

    [Fact]
    public async Task A_request_in_flight_and_its_connection_outlive_a_change()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways[..1]);
        var release = new TaskCompletionSource();
        _gateways[0].Answer = async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("whole");
        };
        var request = loadBalancer.Http.GetStringAsync("/", TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync("the request has reached gw-1", () => !_gateways[0].Received.IsEmpty);

        Change(loadBalancer, ("Gateways:0:Address", _gateways[1].Address), ("Gateways:0:Name", "gw-2"), ("Timeouts:Connect", "00:00:05"));
        await Eventually.IsTrueAsync("gw-2 is added", () => loadBalancer.Gateways.Any(gateway => gateway.Name == "gw-2"));
        release.SetResult();

        Assert.Equal("whole", await request);
    }

    [Fact]
    public async Task An_invalid_change_is_refused_and_the_old_configuration_stays()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways[..2]);
        var options = loadBalancer.Services.GetRequiredService<LiveOptions>();
        var before = options.Current;

        Change(loadBalancer, ("Algorithm", "best"));
        Change(loadBalancer, ("Algorithm", "least_conn"), ("Retry:Tries", "many"));

        Assert.Same(before, options.Current);
        Assert.Equal(["gw-1", "gw-2"], new[] { await loadBalancer.AskAsync(), await loadBalancer.AskAsync() }.Order());

        Change(loadBalancer, ("Retry:Tries", "1"));
        Assert.Equal(1, options.Current.Retry.Tries);
    }

    [Fact]
    public async Task Changed_limits_apply_to_new_connections()
    {
        await using var loadBalancer = TestLoadBalancer.Start(_gateways[..1]);
        Assert.Equal(200, await StatusOfLongPathAsync(loadBalancer));

        Change(loadBalancer, ("Limits:RequestLineBytes", "100"));

        Assert.Equal(414, await StatusOfLongPathAsync(loadBalancer));
    }

    private static async Task<int> StatusOfLongPathAsync(TestLoadBalancer loadBalancer)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, loadBalancer.Desktop.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /{new string('x', 200)} HTTP/1.1\r\nHost: a\r\n\r\n"), TestContext.Current.CancellationToken);
        var status = await new StreamReader(client.GetStream()).ReadLineAsync(TestContext.Current.CancellationToken);
        return int.Parse(status!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Change(TestLoadBalancer loadBalancer, params (string Key, string Value)[] settings)
    {
        var configuration = loadBalancer.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in settings)
        {
            configuration[$"LoadBalancer:{key}"] = value;
        }

        ((IConfigurationRoot)configuration).Reload();
    }
}
