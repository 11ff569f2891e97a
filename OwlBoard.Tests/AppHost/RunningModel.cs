using Aspire.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

/// <summary>A small model on the embedded engine inside the test, with real processes.</summary>
internal sealed class RunningModel : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services;
    private readonly Task _run;

    public RunningModel(IDistributedApplicationBuilder builder)
    {
        _services = builder.Services.BuildServiceProvider();
        _run = new ApplicationRunner(
            [.. builder.Resources], builder.ExecutionContext, builder.Configuration, _services, Console, TimeProvider.System)
            .RunAsync(_stop.Token);
    }

    public RecordingConsole Console { get; } = new();

    public Task IsReadyAsync(string name) =>
        Eventually.IsTrueAsync($"{name} is running", () => Console.Latest(name)?.IsReady is true);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        await _services.DisposeAsync();
    }
}
