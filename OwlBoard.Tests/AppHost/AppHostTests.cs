using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

/// <summary>Tests of the AppHost on the command line, with all its processes.</summary>
[Trait("Category", "EndToEnd")]
public sealed class AppHostTests : IDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);

    private readonly string _data = Directory.CreateTempSubdirectory("owlboard-").FullName;
    private readonly HttpClient _client = new();

    [Fact]
    public async Task AppHost_ends_everything_when_it_is_terminated()
    {
        await using var appHost = await StartAsync();

        appHost.Terminate();

        Assert.Equal(0, await appHost.WaitForExitAsync(StopDeadline));
        await Eventually.IsTrueAsync("no process is left", () => appHost.Children.Count == 0, StopDeadline);
    }

    [Fact]
    public async Task AppHost_leaves_nothing_running_when_it_is_killed()
    {
        await using var appHost = await StartAsync();
        Assert.NotEmpty(appHost.Children);

        appHost.Kill();

        await Eventually.IsTrueAsync("no process is left", () => appHost.Children.Count == 0, StopDeadline);
    }

    [Theory]
    [InlineData("--gateways is '0'; it must be a whole number from 1 to 64.", "--gateways", "0")]
    [InlineData("--ports:desktop is '65536'; it must be a whole number from 1 to 65535.", "--ports:desktop", "65536")]
    [InlineData("Unknown option '--replicas'.", "--replicas", "4")]
    [InlineData("--target is 'moon'; it must be compose or swarm.", "--target", "moon")]
    [InlineData("--target and --platform select what is published; a local run has neither", "--platform", "existing")]
    public async Task AppHost_reports_an_invalid_option_in_one_line(string expected, params string[] args)
    {
        await using var appHost = new AppHostProcess(args);

        Assert.Equal(1, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.StartsWith(expected, Assert.Single(appHost.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public async Task AppHost_names_the_port_the_resource_and_the_process_when_a_port_is_taken(string address)
    {
        using var holder = new TcpListener(IPAddress.Parse(address), 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var options = AppHostProcess.OwnPorts(_data);
        options[1] = port;

        await using var appHost = new AppHostProcess(options);

        Assert.Equal(1, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        var line = Assert.Single(appHost.Errors);
        Assert.StartsWith($"Port {port} of load-balancer (desktop) is in use by ", line, StringComparison.Ordinal);
        Assert.EndsWith("choose another with --ports:desktop PORT.", line, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains($"(pid {Environment.ProcessId})", line, StringComparison.Ordinal);
        }

        Assert.Empty(appHost.Children);
    }

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Starts the AppHost with one gateway, and waits for the last program.</summary>
    private async Task<AppHostProcess> StartAsync()
    {
        Require.That(OperatingSystem.IsLinux(), "Linux only: the test reads /proc.");
        var options = AppHostProcess.OwnPorts(_data);
        var appHost = new AppHostProcess([.. options, "--gateways", "1"]);
        foreach (var port in new[] { options[7], options[9] })
        {
            await appHost.RespondsAsync(_client, new Uri($"http://localhost:{port}/api/chat/health"));
        }

        return appHost;
    }
}
