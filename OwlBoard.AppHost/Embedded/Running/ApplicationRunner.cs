using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OwlBoard.AppHost.Embedded.Dashboard;
using OwlBoard.AppHost.Embedded.Health;
using OwlBoard.AppHost.Embedded.Logs;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Ports;
using OwlBoard.AppHost.Embedded.Terminal;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>Runs the whole application: checks it, starts it, shows it, stops it.</summary>
internal sealed class ApplicationRunner(
    IReadOnlyCollection<IResource> resources,
    DistributedApplicationExecutionContext execution,
    IConfiguration configuration,
    IServiceProvider services,
    RunConsole console,
    TimeProvider time)
{
    /// <summary>After this long, what still runs is killed: 10 s are promised, and killing takes a moment too.</summary>
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(8);

    /// <summary>How long those that depend on others may take before the others are told to stop as well.</summary>
    private static readonly TimeSpan GroupPatience = TimeSpan.FromSeconds(1.5);

    private readonly ProjectResource[] _projects = [.. resources.OfType<ProjectResource>()];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await CheckAsync(cancellationToken);

        var notifications = new ResourceNotifications(_projects.Select(Snapshot));
        var logs = new ResourceLogs(time);
        using var http = new HttpHealthProbe();
        var probe = new ResourceHealthProbe(http, services.GetRequiredService<HealthCheckService>());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var kill = new CancellationTokenSource();
        using var signals = new StopSignals(stop, kill);
        using var ended = new CancellationTokenSource();
        var runners = _projects.ToDictionary(
            project => project.Name,
            project => new ResourceRunner(project, execution, notifications, logs, probe, time, stop.Token));

        var showing = console.ShowAsync(notifications, logs, ended.Token);
        await using var dashboard = CreateDashboard(notifications, logs, new(runners, logs, time));
        try
        {
            if (dashboard is not null)
            {
                await dashboard.StartAsync(stop.Token);
                console.WriteLine($"Dashboard: {dashboard.Link}");
            }

            await Task.WhenAll(runners.Values.Select(runner => runner.StartAsync()));
            await notifications.WaitAsync(all => all.All(resource => resource.IsReady), stop.Token);
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"All resources are running, after {time.GetElapsedTime(started).TotalSeconds:0.0} s: {Links(notifications.Current)}"));
            if (dashboard is not null)
            {
                console.WriteLine($"Dashboard: {dashboard.Link}");
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            console.WriteLine("Stopping");
        }
        finally
        {
            await StopAsync(runners, kill);
            await ended.CancelAsync();
            await showing;
            foreach (var runner in runners.Values)
            {
                runner.Dispose();
            }
        }

        console.WriteLine("All resources are stopped");
    }

    /// <summary>Finds what is wrong before the first process starts.</summary>
    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var project in _projects)
        {
            ResourceCommand.Validate(project);
        }

        var dashboardPort = DashboardSettings.Port(configuration);
        PortCheck.Run(resources, configuration, dashboardPort);
        PortAllocator.Allocate(resources, dashboardPort);
        foreach (var project in _projects)
        {
            await ResourceCommand.ResolveAsync(project, execution, cancellationToken);
        }
    }

    private DashboardServer? CreateDashboard(ResourceNotifications notifications, ResourceLogs logs, ResourceControl control) =>
        DashboardSettings.Port(configuration) is { } port
            ? new(port, _projects, notifications, logs, control, console, time)
            : null;

    private static ResourceSnapshot Snapshot(ProjectResource project) => new(project.Name)
    {
        Urls = [.. project.Annotations.OfType<EndpointAnnotation>().Select(endpoint =>
            new ResourceUrl(endpoint.Name, endpoint.AllocatedEndpoint!.UriString, endpoint.IsExternal))],
    };

    private static string Links(IEnumerable<ResourceSnapshot> snapshots) => string.Join(
        ", ",
        from snapshot in snapshots
        from url in snapshot.Urls
        where url.IsExternal
        select url.EndpointName == "http" ? $"{snapshot.Name} {url.Url}" : $"{snapshot.Name} ({url.EndpointName}) {url.Url}");

    private async Task StopAsync(Dictionary<string, ResourceRunner> runners, CancellationTokenSource kill)
    {
        using var deadline = new CancellationTokenSource(StopDeadline, time);
        using var timeIsUp = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, kill.Token);
        var stopping = new List<Task>();
        foreach (var group in StopOrder.Of(_projects))
        {
            var stopped = Task.WhenAll(group.Select(name => runners[name].StopAsync(timeIsUp.Token)));
            stopping.Add(stopped);
            await Task.WhenAny(stopped, Task.Delay(GroupPatience, time, CancellationToken.None));
        }

        await Task.WhenAll(stopping);
    }
}
