using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OwlBoard.ServiceDefaults.Probing;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.ServiceDefaults;

[Trait("Category", "Integration")]
public sealed class ProbeTests
{
    [Fact]
    public async Task Probe_is_not_run_without_the_option() =>
        Assert.Null(await Probe.TryRunAsync(["user"]));

    [Theory]
    [InlineData(StatusCodes.Status200OK, 0)]
    [InlineData(StatusCodes.Status503ServiceUnavailable, 1)]
    public async Task Probe_exits_as_the_endpoint_answers(int status, int exitCode)
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/health", () => Results.StatusCode(status));
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(exitCode, await Probe.TryRunAsync(["--probe", $"{app.Urls.First()}/health"]));
    }

    [Fact]
    public async Task Probe_fails_when_nothing_listens() =>
        Assert.Equal(1, await Probe.TryRunAsync(["--probe", $"http://127.0.0.1:{FreePort.Next()}/health"]));

    [Theory]
    [InlineData("--probe")]
    [InlineData("--probe", "not a url")]
    [InlineData("--probe", "ftp://localhost/health")]
    public async Task Probe_fails_on_a_bad_url(params string[] args) =>
        Assert.Equal(1, await Probe.TryRunAsync(args));
}
