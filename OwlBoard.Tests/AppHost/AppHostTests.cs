using System.Diagnostics;
using OwlBoard.AppHost.Embedded.Ports;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

/// <summary>What a person sees who starts the AppHost, with all its processes.</summary>
[Trait("Category", "EndToEnd")]
public sealed class AppHostTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("owlboard-").FullName;

    [Fact]
    public async Task AppHost_stops_everything_within_ten_seconds_when_it_is_terminated()
    {
        var options = AppHostProcess.OwnPorts(_data);
        await using var appHost = new AppHostProcess([.. options, "--gateways", "1"]);
        await appHost.IsRunningAsync();
        var children = appHost.Children.Values;

        appHost.Terminate();

        Assert.Equal(0, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(10)));
        Assert.DoesNotContain(children, ProcessTable.IsRunning);
        Assert.All(new[] { 1, 3, 5, 7, 9, 11 }, i => Assert.True(PortAllocator.IsFree(int.Parse(options[i], null)), options[i - 1]));
    }

    [Fact]
    public async Task AppHost_leaves_nothing_running_five_seconds_after_it_is_killed()
    {
        await using var appHost = new AppHostProcess([.. AppHostProcess.OwnPorts(_data), "--gateways", "1"]);
        await appHost.IsRunningAsync();
        var children = appHost.Children.Values;
        Assert.All(children, child => Assert.True(ProcessTable.IsRunning(child)));

        appHost.Kill();

        await Eventually.IsTrueAsync(
            "no process is left", () => !children.Any(ProcessTable.IsRunning), TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("--gateways is '0'; it must be a whole number from 1 to 64.", "--gateways", "0")]
    [InlineData("--ports:desktop is '65536'; it must be a whole number from 1 to 65535.", "--ports:desktop", "65536")]
    [InlineData("Unknown option '--replicas'.", "--replicas", "4")]
    [InlineData("--dashboard is 'maybe'; it must be true or false.", "--dashboard", "maybe")]
    [InlineData("--target is 'moon'; it must be compose or swarm.", "--target", "moon")]
    [InlineData("--target and --platform say what to publish; a local run has neither", "--platform", "existing")]
    [InlineData("--operation is 'fly'; it must be run or publish.", "--operation", "fly")]
    public async Task AppHost_says_in_one_line_what_is_wrong_when_it_cannot_do_as_it_is_told(string expected, params string[] args)
    {
        await using var appHost = new AppHostProcess(args);

        Assert.Equal(1, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.StartsWith(expected, Assert.Single(appHost.Errors), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
