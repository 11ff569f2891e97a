using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OwlBoard.AppHost.Embedded.Dashboard.Access;
using OwlBoard.AppHost.Embedded.Dashboard.Api;
using OwlBoard.AppHost.Embedded.Dashboard.Metrics;
using OwlBoard.AppHost.Embedded.Dashboard.Otlp;
using OwlBoard.AppHost.Embedded.Dashboard.Records;
using OwlBoard.AppHost.Embedded.Dashboard.Traces;
using OwlBoard.AppHost.Embedded.Dashboard.Traffic;
using OwlBoard.AppHost.Embedded.Logs;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.AppHost.Embedded.Terminal;

namespace OwlBoard.AppHost.Embedded.Dashboard;

/// <summary>Shows the running application in a browser, and receives what its programs report. On loopback only.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    /// <summary>Pages that are open do not hold up the end.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(500);

    private readonly WebApplication _server;
    private readonly DashboardKeys _keys = new();
    private readonly int _port;

    public DashboardServer(
        int port,
        IReadOnlyCollection<IResource> resources,
        ResourceNotifications notifications,
        ResourceLogs logs,
        ResourceControl control,
        RunConsole console,
        TimeProvider time)
    {
        _port = port;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);
        // The engine decides when the end is, not a signal: programs report to the dashboard while they stop.
        builder.Services.AddSingleton<IHostLifetime, EngineLifetime>();
        _server = builder.Build();
        _server.Use((context, next) => ReportFaultsAsync(context, next, console));
        _server.UseMiddleware<AccessMiddleware>(_keys, port);

        var traces = new TraceStore();
        var metrics = new MetricStore(time);
        var records = new LogRecordStore();
        var traffic = new TrafficReader(metrics, PortsOf(resources), ExternalOf(resources));
        _server.MapOtlp(traces, metrics, records);
        _server.MapWebFiles();
        _server.MapResources(control);
        _server.MapLogs(logs, records, _server.Lifetime.ApplicationStopping);
        _server.MapTraces(traces);
        _server.MapMetrics(metrics, traffic);
        _server.MapGet("/api/about", context => DashboardJson.SendAsync(context, new { TelemetryEnvironment.ChosenEndpoint }));
        new LiveEndpoint(notifications, new ResourceViews(resources, notifications), traffic, time, _server.Lifetime.ApplicationStopping)
            .Map(_server);

        foreach (var resource in resources)
        {
            resource.ReportTo(Address, _keys.Otlp);
        }
    }

    /// <summary>The link that lets a browser in.</summary>
    public string Link => $"{Address}{LoginPage.Path}?t={_keys.Token}";

    private string Address => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{_port}");

    /// <exception cref="DistributedApplicationException">The port cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(cancellationToken);
        }
        catch (IOException failure)
        {
            throw new DistributedApplicationException(
                $"The dashboard cannot listen on port {_port}, choose another with --ports:{DashboardSettings.Name} PORT: {failure.Message}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
    }

    private static Dictionary<int, string> PortsOf(IEnumerable<IResource> resources) => (
        from resource in resources
        from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
        select (endpoint.AllocatedEndpoint!.Port, resource.Name)).ToDictionary();

    private static string[] ExternalOf(IEnumerable<IResource> resources) =>
        [.. resources.Where(resource => resource.Annotations.OfType<EndpointAnnotation>().Any(endpoint => endpoint.IsExternal))
            .Select(resource => resource.Name)];

    /// <summary>A fault of the dashboard's own is said where all is said, and harms nothing else.</summary>
    private static async Task ReportFaultsAsync(HttpContext context, RequestDelegate next, RunConsole console)
    {
        try
        {
            await next(context);
        }
        catch (Exception fault) when (!context.RequestAborted.IsCancellationRequested)
        {
            console.WriteLine($"Dashboard: {context.Request.Method} {context.Request.Path} failed: {fault.GetType().Name}: {fault.Message}");
            if (context.Response.HasStarted)
            {
                throw;
            }

            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private sealed class EngineLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
