using OwlBoard.AppHost.Embedded.Logs;
using OwlBoard.AppHost.Embedded.Running;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Integration")]
public sealed class ResourceProcessTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Process_that_has_ended_meanwhile_is_stopped_already(bool timeIsUp)
    {
        // It refuses to start.
        var command = new ResourceCommand(
            Path.Combine(AppContext.BaseDirectory, "OwlBoard.LoadBalancer.dll"),
            AppContext.BaseDirectory,
            ["--LoadBalancer:Algorithm=best"],
            new Dictionary<string, string>());
        var process = ResourceProcess.Start("load-balancer", command, new ResourceLogs(TimeProvider.System));
        Assert.Equal(1, await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        process.Dispose();

        await process.StopAsync(TimeProvider.System, new CancellationToken(timeIsUp));
    }
}
