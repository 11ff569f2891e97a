using System.ComponentModel;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using OwlBoard.AppHost.Embedded.Health;
using OwlBoard.AppHost.Embedded.Logs;
using OwlBoard.AppHost.Embedded.Notifications;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>
/// Keeps one resource running from <see cref="StartAsync"/> to <see cref="StopAsync"/>. Once the application stops, a process
/// that ends is not started again: Ctrl+C in a terminal reaches the processes before we get to them.
/// </summary>
internal sealed class ResourceRunner(
    ProjectResource resource,
    DistributedApplicationExecutionContext execution,
    ResourceNotifications notifications,
    ResourceLogs logs,
    ResourceHealthProbe probe,
    TimeProvider time,
    CancellationToken applicationStopping) : IDisposable
{
    /// <summary>Between two looks at a resource that is not healthy: others wait for it.</summary>
    private static readonly TimeSpan UnhealthyInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Between two looks at one that is.</summary>
    private static readonly TimeSpan HealthyInterval = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _oneCommandAtATime = new(1);
    private readonly Lock _startOrStop = new();
    private readonly RestartBackoff _backoff = new(time);
    private CancellationTokenSource? _stop;
    private Task _supervision = Task.CompletedTask;
    private ResourceProcess? _process;

    public string Name => resource.Name;

    /// <summary>Starts the resource, once what it waits for is ready; nothing happens if it is started.</summary>
    public async Task StartAsync()
    {
        await _oneCommandAtATime.WaitAsync();
        try
        {
            if (_stop is null)
            {
                _stop = CancellationTokenSource.CreateLinkedTokenSource(applicationStopping);
                _supervision = SuperviseAsync(_stop.Token);
            }
        }
        finally
        {
            _oneCommandAtATime.Release();
        }
    }

    /// <summary>Stops the resource: requests in flight are finished, but not beyond the time given.</summary>
    /// <param name="timeIsUp">When cancelled, the process is killed.</param>
    /// <returns>A task that ends when the process has.</returns>
    public async Task StopAsync(CancellationToken timeIsUp)
    {
        await _oneCommandAtATime.WaitAsync(CancellationToken.None);
        try
        {
            if (_stop is null)
            {
                return;
            }

            await _stop.CancelAsync();
            if (RunningProcess() is { } process)
            {
                notifications.Publish(Name, snapshot => snapshot with { State = ResourceState.Stopping });
                await process.StopAsync(time, timeIsUp);
            }

            await _supervision;
            _stop.Dispose();
            _stop = null;
        }
        finally
        {
            _oneCommandAtATime.Release();
        }
    }

    /// <summary>Stops the resource and starts it again.</summary>
    public async Task RestartAsync(CancellationToken timeIsUp)
    {
        await StopAsync(timeIsUp);
        await StartAsync();
    }

    public void Dispose()
    {
        _stop?.Dispose();
        _oneCommandAtATime.Dispose();
    }

    private async Task SuperviseAsync(CancellationToken stopping)
    {
        try
        {
            await WaitForDependenciesAsync(stopping);
            while (!stopping.IsCancellationRequested)
            {
                var ending = await RunOnceAsync(stopping);
                if (!stopping.IsCancellationRequested)
                {
                    await BackOffAsync(ending, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // That is what stopping means.
        }
        finally
        {
            notifications.Publish(Name, snapshot => snapshot with { State = ResourceState.Stopped });
        }
    }

    private ResourceProcess? RunningProcess()
    {
        lock (_startOrStop)
        {
            return _process;
        }
    }

    private async Task WaitForDependenciesAsync(CancellationToken stopping)
    {
        notifications.Publish(Name, snapshot => snapshot with { State = ResourceState.Waiting });
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            await notifications.WaitUntilReadyAsync(wait.Resource.Name, stopping);
        }
    }

    /// <summary>Runs the process until it ends.</summary>
    /// <returns>How it ended, for people.</returns>
    private async Task<string> RunOnceAsync(CancellationToken stopping)
    {
        var command = await ResourceCommand.ResolveAsync(resource, execution, stopping);
        _backoff.Started();
        ResourceProcess process;
        try
        {
            lock (_startOrStop)
            {
                // Who tells us to stop looks for the process next: it must see this one, or this one must not start.
                stopping.ThrowIfCancellationRequested();
                _process = process = ResourceProcess.Start(Name, command, logs);
            }
        }
        catch (Win32Exception failure)
        {
            return $"could not be started: {failure.Message}";
        }

        using (process)
        using (var ended = new CancellationTokenSource())
        {
            notifications.Publish(Name, snapshot => snapshot with
            {
                State = ResourceState.Running,
                Health = ResourceHealth.Unknown,
                ProcessId = process.Id,
                StartedAt = time.GetUtcNow(),
            });
            var watching = WatchHealthAsync(ended.Token);
            var exitCode = await process.WaitForExitAsync();
            await ended.CancelAsync();
            await watching;
            lock (_startOrStop)
            {
                _process = null;
            }

            notifications.Publish(Name, snapshot => snapshot with
            {
                Health = ResourceHealth.Unknown,
                ProcessId = null,
                StartedAt = null,
                ExitCode = exitCode,
            });
            return string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}");
        }
    }

    private async Task BackOffAsync(string ending, CancellationToken stopping)
    {
        var delay = _backoff.NextDelay();
        logs.Write(new(Name, string.Create(
            CultureInfo.InvariantCulture, $"{Name} {ending}; starting it again in {delay.TotalSeconds:0.##} s"), IsError: true));
        notifications.Publish(Name, snapshot => snapshot with
        {
            State = ResourceState.Restarting,
            Restarts = snapshot.Restarts + 1,
        });
        await Task.Delay(delay, time, stopping);
    }

    /// <summary>A process that has never been healthy is still starting.</summary>
    private static ResourceHealth Judge(bool healthy, ResourceHealth before) =>
        healthy ? ResourceHealth.Healthy
        : before == ResourceHealth.Unknown ? ResourceHealth.Unknown
        : ResourceHealth.Unhealthy;

    private async Task WatchHealthAsync(CancellationToken ended)
    {
        try
        {
            while (true)
            {
                var healthy = await probe.IsHealthyAsync(resource, ended);
                notifications.Publish(Name, snapshot => snapshot with { Health = Judge(healthy, snapshot.Health) });
                await Task.Delay(healthy ? HealthyInterval : UnhealthyInterval, time, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // There is nothing left to ask.
        }
    }
}
