using System.Text.Json;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Tests of changes to the load balancer's own <c>appsettings.json</c> at run time.</summary>
[Trait("Category", "Integration")]
public sealed class ConfigurationFileTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("owlboard-").FullName;
    private FakeGateway[] _gateways = [];

    public async ValueTask InitializeAsync() => _gateways = await FakeGateway.StartManyAsync(2);

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Requests_go_on_while_the_file_is_broken_or_gone_and_another_one_changes()
    {
        Write("appsettings.json", Gateways(_gateways[0]));
        Write("appsettings.Production.json", Algorithm("round_robin"));
        await using var loadBalancer = await LoadBalancerProcess.StartAsync(
            [], $"contentRoot={_directory}", "environment=Production", "Drain:Period=00:00:00");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = loadBalancer.Desktop };
        Assert.Equal("gw-1", await AskAsync(http));

        Write("appsettings.json", Gateways(_gateways[0]).Insert(1, ","));
        await ReportsAsync("is an invalid start of a property name");
        await ChangeAlgorithmAsync("p2c");
        Assert.Equal("gw-1", await AskAsync(http));

        File.Delete(Path.Combine(_directory, "appsettings.json"));
        await ReportsAsync("the file does not exist");
        await ChangeAlgorithmAsync("least_conn");
        Assert.Equal("gw-1", await AskAsync(http));

        Write("appsettings.json", Gateways(_gateways[1]));
        await Eventually.IsTrueAsync("gw-2 receives requests", async () => await AskAsync(http) == "gw-2");

        Task ReportsAsync(string reason) => Eventually.IsTrueAsync($"the error is logged: {reason}", () =>
            loadBalancer.Process.Output.Split('\n').Any(line =>
                line.Contains("appsettings.json changed but cannot be read", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal)));

        async Task ChangeAlgorithmAsync(string algorithm)
        {
            Write("appsettings.Production.json", Algorithm(algorithm));
            await Eventually.IsTrueAsync($"the algorithm is {algorithm}", async () =>
                (await http.GetStringAsync("/lb-status", TestContext.Current.CancellationToken)).Contains($"Algorithm: {algorithm}", StringComparison.Ordinal));
        }
    }

    private static string Gateways(FakeGateway gateway) => JsonSerializer.Serialize(new
    {
        LoadBalancer = new { Gateways = new[] { new { gateway.Name, gateway.Address } } },
    });

    private static string Algorithm(string name) => JsonSerializer.Serialize(new { LoadBalancer = new { Algorithm = name } });

    private static async Task<string> AskAsync(HttpClient http)
    {
        using var response = await http.GetAsync("/", TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues("X-Upstream-Server").Single();
    }

    /// <summary>Replaces the file atomically, so that no reader sees a partial file.</summary>
    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
