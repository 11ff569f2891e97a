using Aspire.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Ports;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Integration")]
public sealed class EngineTests
{
    private readonly IDistributedApplicationBuilder _builder = DistributedApplication.CreateBuilder([]);

    [Fact]
    public async Task Resource_is_running_when_it_answers_its_health_check()
    {
        var port = AddGateway("gateway");
        await using var model = new RunningModel(_builder);

        await model.IsReadyAsync("gateway");

        using var client = new HttpClient();
        var answer = await client.GetAsync($"http://localhost:{port}/health", TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Resource_starts_only_when_what_it_waits_for_is_healthy()
    {
        var first = _builder.AddProject<Projects.OwlBoard_Gateway>("first").WithHttpEndpoint().WithHttpHealthCheck("/health");
        _builder.AddProject<Projects.OwlBoard_Gateway>("second").WithHttpEndpoint().WithHttpHealthCheck("/health").WaitFor(first);
        await using var model = new RunningModel(_builder);

        await model.IsReadyAsync("second");

        var states = model.Console.States.ToList();
        Assert.True(
            states.FindIndex(state => state.Name == "first" && state.IsReady)
            < states.FindIndex(state => state.Name == "second" && state.ProcessId is not null));
    }

    [Fact]
    public async Task Resource_waits_as_long_as_what_it_waits_for_does_not_work()
    {
        var broken = _builder.AddProject<Projects.OwlBoard_Gateway>("broken").WithArgs("--probe", "nowhere");
        _builder.AddProject<Projects.OwlBoard_Gateway>("waiting").WaitFor(broken.WithHttpEndpoint().WithHttpHealthCheck("/health"));
        await using var model = new RunningModel(_builder);

        await Eventually.IsTrueAsync("started again twice", () => model.Console.Latest("broken")?.Restarts >= 2);

        Assert.Equal(ResourceState.Waiting, model.Console.Latest("waiting")?.State);
        Assert.Contains(model.Console.Lines, line => line.Contains("broken ended with exit code 1; starting it again in 0.5 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Resource_is_started_again_on_its_port_when_its_process_is_killed()
    {
        AddGateway("gateway");
        await using var model = new RunningModel(_builder);
        await model.IsReadyAsync("gateway");
        var before = model.Console.Latest("gateway")!;

        ProcessTable.Kill(before.ProcessId!.Value);

        await Eventually.IsTrueAsync("a new process", () =>
            model.Console.Latest("gateway") is { IsReady: true, Restarts: 1 } now && now.ProcessId != before.ProcessId);
        Assert.Equal(before.Urls, model.Console.Latest("gateway")!.Urls);
    }

    [Fact]
    public async Task Engine_leaves_no_process_and_no_port_taken_when_it_stops()
    {
        var port = AddGateway("gateway");
        await using var model = new RunningModel(_builder);
        await model.IsReadyAsync("gateway");
        var process = model.Console.Latest("gateway")!.ProcessId!.Value;

        await model.StopAsync();

        Assert.False(ProcessTable.IsRunning(process));
        Assert.True(PortAllocator.IsFree(port));
        Assert.Equal(0, model.Console.States.Last(state => state.ExitCode is not null).ExitCode);
    }

    [Fact]
    public async Task Engine_says_which_program_is_missing_when_it_was_not_built()
    {
        _builder.AddProject<UnbuiltProject>("ghost");

        await using var console = new RecordingConsole();
        await using var services = _builder.Services.BuildServiceProvider();
        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(() => new ApplicationRunner(
            [.. _builder.Resources], _builder.ExecutionContext, _builder.Configuration, services, console, TimeProvider.System)
            .RunAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith($"The program of ghost is missing: {new UnbuiltProject().AssemblyPath}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    private int AddGateway(string name)
    {
        var port = FreePort.Next();
        _builder.AddProject<Projects.OwlBoard_Gateway>(name)
            .WithHttpEndpoint(port: port, isProxied: false)
            .WithHttpHealthCheck("/health");
        return port;
    }

    private sealed class UnbuiltProject : IProjectMetadata, IBuiltProgram
    {
        public string ProjectPath => Path.GetFullPath("Ghost/Ghost.csproj");

        public string AssemblyPath => Path.GetFullPath("Ghost/bin/Ghost.dll");
    }
}
