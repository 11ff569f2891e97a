using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OwlBoard.AppHost.Embedded.Health;
using OwlBoard.AppHost.Embedded.Logs;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Ports;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

/// <summary>The commands that a dashboard gives one resource.</summary>
[Trait("Category", "Integration")]
public sealed class ResourceRunnerTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly HttpHealthProbe _probe = new();
    private readonly ServiceProvider _services;
    private readonly ResourceLogs _logs = new(TimeProvider.System);
    private readonly CancellationTokenSource _deadline = new(Deadline);
    private readonly ResourceNotifications _notifications = new([new ResourceSnapshot("gateway")]);
    private readonly ResourceRunner _runner;

    public ResourceRunnerTests()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var gateway = builder.AddProject<Projects.OwlBoard_Gateway>("gateway").WithHttpEndpoint().WithHttpHealthCheck("/health");
        PortAllocator.Allocate(builder.Resources);
        _services = builder.Services.BuildServiceProvider();
        _runner = new ResourceRunner(
            gateway.Resource, builder.ExecutionContext, _notifications, _logs,
            new ResourceHealthProbe(_probe, _services.GetRequiredService<HealthCheckService>()), TimeProvider.System, CancellationToken.None);
    }

    [Fact]
    public async Task Runner_has_a_new_process_when_it_is_told_to_restart()
    {
        await _runner.StartAsync();
        await _notifications.WaitUntilReadyAsync("gateway", _deadline.Token);
        var before = _notifications["gateway"].ProcessId;

        await _runner.RestartAsync(_deadline.Token);
        await _notifications.WaitUntilReadyAsync("gateway", _deadline.Token);

        Assert.NotEqual(before, _notifications["gateway"].ProcessId);
        Assert.Equal(0, _notifications["gateway"].Restarts);
        await _runner.StopAsync(_deadline.Token);
    }

    [Fact]
    public async Task Runner_stays_stopped_until_it_is_told_to_start()
    {
        await _runner.StartAsync();
        await _notifications.WaitUntilReadyAsync("gateway", _deadline.Token);
        await _runner.StopAsync(_deadline.Token);
        Assert.Equal(ResourceState.Stopped, _notifications["gateway"].State);
        Assert.Null(_notifications["gateway"].ProcessId);

        await _runner.StartAsync();
        await _notifications.WaitUntilReadyAsync("gateway", _deadline.Token);
        await _runner.StopAsync(_deadline.Token);
    }

    [Fact]
    public async Task Runner_kills_the_process_when_the_time_to_stop_is_up()
    {
        await _runner.StartAsync();
        await _notifications.WaitUntilReadyAsync("gateway", _deadline.Token);
        // Frozen, so that it cannot end by itself at the signals that come first.
        ProcessSignals.Send(_notifications["gateway"].ProcessId!.Value, "STOP");
        using var timeIsUp = new CancellationTokenSource();
        await timeIsUp.CancelAsync();

        await _runner.StopAsync(timeIsUp.Token);

        Assert.Equal(ResourceState.Stopped, _notifications["gateway"].State);
        Assert.Equal(137, _notifications["gateway"].ExitCode);
    }

    [Fact]
    public async Task Logs_tell_a_late_subscriber_what_was_written_before()
    {
        await _runner.StartAsync();
        await _notifications.WaitUntilReadyAsync("gateway", _deadline.Token);
        await _runner.StopAsync(_deadline.Token);

        await foreach (var line in _logs.ReadAsync("gateway", _deadline.Token))
        {
            if (line.Text.Contains("Now listening on", StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _runner.Dispose();
        _probe.Dispose();
        _services.Dispose();
        _deadline.Dispose();
    }
}
