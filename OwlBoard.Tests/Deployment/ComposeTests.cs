using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>Tests of the published compose file on a real Docker engine.</summary>
[Collection(DeploymentCollection.Name)]
[Trait("Category", "Deployment")]
public sealed class ComposeTests(ComposeSystem system) : IClassFixture<ComposeSystem>
{
    private const string PublicNetwork = "owlboard_owlboard-public-network";
    private const string PrivateNetwork = "owlboard_owlboard-private-network";

    /// <summary>The request rate, far below capacity: thirteen containers share one or two cores.</summary>
    private const int RequestsPerSecond = 40;

    /// <summary>The environment variable with the optional file to which the table of container memory is appended.</summary>
    private const string TableVariable = "OWLBOARD_DEPLOYMENT_TABLE";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Api_and_pages_answer_at_the_published_ports()
    {
        var deployed = system.Deployed;

        foreach (var entrance in new[] { deployed.Desktop, deployed.Mobile, deployed.DesktopFrontend, deployed.MobileFrontend })
        {
            foreach (var service in new[] { "users", "canvas", "comments", "chat" })
            {
                using var answer = await deployed.Http.GetAsync(new Uri(entrance, $"/api/{service}/health"), Cancellation);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.StartsWith("api-gateway-", answer.Headers.GetValues("X-Upstream-Server").Single(), StringComparison.Ordinal);
            }
        }

        foreach (var frontend in new[] { deployed.DesktopFrontend, deployed.MobileFrontend })
        {
            Assert.StartsWith("<!doctype html>", await deployed.Http.GetStringAsync(frontend, Cancellation), StringComparison.OrdinalIgnoreCase);
        }

        await deployed.RegisterAsync();
    }

    [Fact]
    public async Task Gateways_services_and_stores_are_reached_from_the_private_network_only()
    {
        var deployed = system.Deployed;
        var containers = await deployed.ContainersAsync();
        var inside = containers.Where(container => !container.Addresses.ContainsKey(PublicNetwork)).ToArray();
        string[] addresses = [.. inside.SelectMany(container => container.Ports.Select(port => $"{container.Addresses[PrivateNetwork]}:{port}")).Order()];
        string[] names = [.. inside.SelectMany(container => container.Ports.Select(port => $"{container.Name.Replace('_', '-')}:{port}")).Order()];
        var entrance = $"{containers.Single(container => container.Name == "load_balancer").Addresses[PublicNetwork]}:8000";
        await deployed.Engine.DockerAsync("network", "create", "elsewhere");

        Assert.Equal(10, addresses.Length);
        Assert.Equal(addresses, await deployed.ReachableFromNetworkAsync(PrivateNetwork, addresses));
        Assert.Equal(names, await deployed.ReachableFromNetworkAsync(PrivateNetwork, names));
        Assert.Equal([entrance], await deployed.ReachableFromNetworkAsync(PublicNetwork, [entrance, .. addresses, .. names]));
        Assert.Empty(await deployed.ReachableFromNetworkAsync("elsewhere", [entrance, .. addresses]));
        Assert.Equal([entrance], await deployed.ReachableFromHostAsync([entrance, .. addresses]));
        Assert.Equal(["3001", "3002", "8000", "9000"], containers.SelectMany(container => container.Published).Order());
        await deployed.Engine.DockerAsync("network", "rm", "elsewhere");
    }

    [Fact]
    public async Task Load_balancers_management_is_reached_from_nowhere()
    {
        var deployed = system.Deployed;
        var loadBalancer = (await deployed.ContainersAsync()).Single(container => container.Name == "load_balancer");
        string[] targets = [.. loadBalancer.Addresses.Values.SelectMany(address => new[] { $"{address}:9100", $"{address}:8000" })];

        Assert.DoesNotContain(await deployed.ReachableFromNetworkAsync(PrivateNetwork, targets), target => target.EndsWith(":9100", StringComparison.Ordinal));
        Assert.DoesNotContain(await deployed.ReachableFromNetworkAsync(PublicNetwork, targets), target => target.EndsWith(":9100", StringComparison.Ordinal));
        Assert.DoesNotContain(await deployed.ReachableFromHostAsync(targets), target => target.EndsWith(":9100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task There_is_no_way_out_of_the_private_network()
    {
        var deployed = system.Deployed;
        using var outside = new TcpListener(IPAddress.Parse(deployed.Engine.ClientAddress), 0);
        outside.Start();
        string[] target = [outside.LocalEndpoint.ToString()!];

        Assert.Equal(target, await deployed.ReachableFromNetworkAsync(PublicNetwork, target));
        Assert.Empty(await deployed.ReachableFromNetworkAsync(PrivateNetwork, target));
    }

    [Fact]
    public async Task Clients_address_arrives_and_a_forged_one_is_not_believed()
    {
        var deployed = system.Deployed;
        foreach (var entrance in new[] { deployed.Desktop, deployed.Mobile, deployed.DesktopFrontend, deployed.MobileFrontend })
        {
            var agent = $"agent-{Guid.NewGuid():N}";
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(entrance, "/api/users/health"));
            request.Headers.Add("User-Agent", agent);
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
            using var answer = await deployed.Http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

            string? line = null;
            await Eventually.IsTrueAsync($"the access log has a line for {entrance}", async () =>
            {
                var log = await deployed.Engine.DockerAsync("logs", "--tail", "50", "load_balancer");
                return (line = log.Split('\n').FirstOrDefault(entry => entry.Contains(agent, StringComparison.Ordinal))) is not null;
            });
            Assert.StartsWith($"{deployed.Engine.ClientAddress} ", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Data_is_kept_when_the_system_is_taken_down_and_brought_up_again()
    {
        var deployed = system.Deployed;
        var user = await deployed.RegisterAsync();
        var room = $"room-{Guid.NewGuid():N}";
        using var posted = await deployed.Http.PostAsync(deployed.Messages(room), content: null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        using var canvas = await deployed.Http.PostAsJsonAsync("/api/canvas", new { id = room }, Cancellation);
        Assert.True(canvas.IsSuccessStatusCode);

        await deployed.ComposeAsync("down");
        Assert.Empty(await deployed.Engine.DockerAsync("ps", "--all", "--quiet"));
        await deployed.UpAsync();
        await deployed.AnswersThroughAsync(4);

        Assert.Contains("Owl", await deployed.Http.GetStringAsync($"/api/users/{user}", Cancellation), StringComparison.Ordinal);
        Assert.Contains("Hoot", await deployed.Http.GetStringAsync(deployed.Messages(room), Cancellation), StringComparison.Ordinal);
        Assert.Contains(room, await deployed.Http.GetStringAsync($"/api/canvas?id={room}", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killing_a_gateway_loses_no_idempotent_request_and_no_message_that_was_acknowledged()
    {
        var deployed = system.Deployed;
        var room = $"room-{Guid.NewGuid():N}";
        await deployed.HasActiveBackendsAsync(4);
        await using var load = SteadyLoad.Start(deployed.Messages(room), RequestsPerSecond);
        await SteadyLoad.RunForAsync(TimeSpan.FromSeconds(2));

        try
        {
            await deployed.Engine.DockerAsync("kill", "api_gateway_2");
            var killed = Stopwatch.GetTimestamp();
            await deployed.HasActiveBackendsAsync(3);
            await SteadyLoad.RunForAsync(TimeSpan.FromSeconds(2));
            await load.StopAsync();

            var report = FaultReport.Of("docker kill of a gateway", load.Samples);
            Assert.Equal(0, report.FailedIdempotent);
            // Only POSTs in flight at the killed gateway may be lost.
            Assert.All(load.Samples.Where(sample => sample.Failure is not null), sample =>
            {
                Assert.Equal("api-gateway-2", sample.Gateway);
                Assert.True(sample.Due <= killed, "A POST that was sent after the kill was lost.");
            });
            Assert.InRange(await CountMessagesAsync(deployed, room), Posts(load) - report.FailedPosts, Posts(load));
            Assert.Contains(load.Samples, sample => sample.Gateway == "api-gateway-2");
        }
        finally
        {
            // The other tests need all four gateways.
            await deployed.Engine.DockerAsync("start", "api_gateway_2");
            await deployed.HasActiveBackendsAsync(4);
        }
    }

    [Fact]
    public async Task Upgrading_the_gateways_one_by_one_loses_no_request()
    {
        var deployed = system.Deployed;
        var room = $"room-{Guid.NewGuid():N}";
        await deployed.HasActiveBackendsAsync(4);
        await using var load = SteadyLoad.Start(deployed.Messages(room), RequestsPerSecond);

        await deployed.Engine.DockerAsync("tag", DockerImages.Of("Gateway"), "owlboard/gateway:1.1");
        var values = Path.Combine(deployed.Directory, ".env");
        await File.WriteAllTextAsync(
            values,
            (await File.ReadAllTextAsync(values, Cancellation)).Replace("gateway:1.0", "gateway:1.1", StringComparison.Ordinal),
            Cancellation);
        for (var i = 1; i <= 4; i++)
        {
            await deployed.ComposeAsync("up", "--detach", "--no-deps", $"api-gateway-{i}");
            await deployed.IsHealthyAsync($"api_gateway_{i}");
        }

        await load.StopAsync();
        Assert.Equal(
            Enumerable.Repeat("owlboard/gateway:1.1", 4),
            (await deployed.Engine.DockerAsync("ps", "--filter", "name=api_gateway", "--format", "{{.Image}}")).Split('\n'));
        var report = FaultReport.Of("upgrade of the four gateways", load.Samples);
        Assert.Equal(0, report.FailedIdempotent);
        Assert.Equal(0, report.FailedPosts);
        Assert.Equal(Posts(load), await CountMessagesAsync(deployed, room));
        await deployed.HasActiveBackendsAsync(4);
    }

    [Fact]
    public async Task Containers_under_load_stay_well_within_their_memory()
    {
        var deployed = system.Deployed;
        await using var load = SteadyLoad.Start(deployed.Messages($"room-{Guid.NewGuid():N}"), RequestsPerSecond);
        await SteadyLoad.RunForAsync(TimeSpan.FromSeconds(3));

        var memory = (await deployed.Engine.DockerAsync("stats", "--no-stream", "--format", "{{.Name}}|{{.MemUsage}}|{{.MemPerc}}"))
            .Split('\n').Select(line => line.Split('|')).OrderBy(line => line[0], StringComparer.Ordinal).ToArray();

        Report(memory.Select(line => $"| {line[0]} | {line[1]} | {line[2]} |"));
        Assert.Equal(13, memory.Length);
        Assert.All(memory, line => Assert.InRange(double.Parse(line[2].TrimEnd('%'), CultureInfo.InvariantCulture), 0.1, 80));
        Assert.All(await deployed.ContainersAsync(), container => Assert.False(container.OutOfMemory));
        Assert.All(await deployed.ContainersAsync(), container => Assert.Equal(0, container.Restarts));
    }

    private static int Posts(SteadyLoad load) => load.Samples.Count(sample => sample.Method == "POST");

    private static async Task<int> CountMessagesAsync(DeployedSystem deployed, string room)
    {
        using var answer = await deployed.Http.GetAsync(deployed.Messages(room), Cancellation);
        return int.Parse(answer.Headers.GetValues("X-Total-Count").Single(), CultureInfo.InvariantCulture);
    }

    /// <summary>Writes a table to the test output, and appends it to the file if one is configured.</summary>
    private static void Report(IEnumerable<string> rows)
    {
        string[] table = ["| container | memory | of its limit |", "|---|---|---|", .. rows];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', table));
        if (Environment.GetEnvironmentVariable(TableVariable) is { Length: > 0 } file)
        {
            File.AppendAllLines(file, table);
        }
    }
}
