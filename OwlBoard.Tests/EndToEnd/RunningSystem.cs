using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using OwlBoard.ServiceDefaults;
using OwlBoard.Tests.AppHost;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.EndToEnd;

/// <summary>The whole system under Aspire, including the dashboard, with its own ports and data.</summary>
public sealed class RunningSystem : IAsyncLifetime
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(240);

    /// <summary>The load balancer settings that differ from a local run.</summary>
    private static readonly (string Key, string Value)[] LoadBalancerSettings =
    [
        // All load comes from one address, which counts as one client.
        ("LoadBalancer__RateLimit__RequestsPerSecond", "0"),
        // A gateway that one test killed has its full share again in the next.
        ("LoadBalancer__SlowStart", "00:00:00"),
        // A gateway returns as soon as it responds to probes; the default of 30 s would slow down the tests.
        ("LoadBalancer__PassiveHealth__EjectionTime", "00:00:02"),
    ];

    private readonly string _data = Directory.CreateTempSubdirectory("owlboard-").FullName;
    private readonly Dictionary<string, int> _killed = [];
    private DistributedApplication? _application;

    /// <summary>The command-line options of the AppHost.</summary>
    public IReadOnlyList<string> Options { get; private set; } = [];

    public Uri Desktop { get; private set; } = null!;

    public Uri Mobile { get; private set; } = null!;

    public Uri DesktopFrontend { get; private set; } = null!;

    public Uri MobileFrontend { get; private set; } = null!;

    /// <summary>The dashboard's login link.</summary>
    public string Dashboard { get; private set; } = "";

    /// <summary>An HTTP client of the load balancer's desktop listener.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The names of the four gateways.</summary>
    public static IReadOnlyList<string> Gateways { get; } = [.. Enumerable.Range(1, 4).Select(ResourceNames.Gateway)];

    /// <summary>The names of the eleven programs.</summary>
    public static IReadOnlyList<string> Programs { get; } =
    [
        .. Gateways, ResourceNames.LoadBalancer, ResourceNames.UserService, ResourceNames.CanvasService, ResourceNames.CommentsService,
        ResourceNames.ChatService, ResourceNames.DesktopFrontend, ResourceNames.MobileFrontend,
    ];

    private ResourceNotificationService Notifications => _application!.ResourceNotifications;

    public async ValueTask InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        Options = AppHostProcess.OwnPorts(_data);
        Desktop = AddressOf("desktop");
        Mobile = AddressOf("mobile");
        DesktopFrontend = AddressOf("desktop-frontend");
        MobileFrontend = AddressOf("mobile-frontend");
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Desktop };
        var dashboard = $"http://localhost:{FreePort.Next()}";
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.OwlBoard_AppHost>(
            [.. Options],
            (application, host) =>
            {
                application.DisableDashboard = false;
                application.EnableResourceLogging = false;
                (host.Configuration ??= new()).AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["Logging:LogLevel:Default"] = "Warning",
                    // Use the ports that the options state instead of random ones.
                    ["DcpPublisher:RandomizePorts"] = "false",
                    ["ASPNETCORE_URLS"] = dashboard,
                    ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = $"http://localhost:{FreePort.Next()}",
                    ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://localhost:{FreePort.Next()}",
                });
            },
            deadline.Token);
        var loadBalancer = builder.CreateResourceBuilder<ProjectResource>(ResourceNames.LoadBalancer);
        foreach (var (key, value) in LoadBalancerSettings)
        {
            loadBalancer.WithEnvironment(key, value);
        }

        Dashboard = $"{dashboard}/login?t={builder.Configuration["AppHost:BrowserToken"]}";
        _application = await builder.BuildAsync(deadline.Token);
        await _application.StartAsync(deadline.Token);
        foreach (var name in Programs)
        {
            await Notifications.WaitForResourceHealthyAsync(name, deadline.Token);
        }

        Uri AddressOf(string port) => new($"http://localhost:{Port(port)}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_application is not null)
        {
            await _application.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Returns the value of an option <c>--ports:NAME</c>.</summary>
    public string Port(string name) => Options.SkipWhile(option => option != $"--ports:{name}").ElementAt(1);

    /// <summary>Returns the state of a resource as shown in the dashboard.</summary>
    public CustomResourceSnapshot StateOf(string name) =>
        Notifications.TryGetCurrentState(name, out var resource) ? resource.Snapshot : throw new ArgumentException($"There is no resource '{name}'.", nameof(name));

    /// <summary>Kills a gateway with <c>SIGKILL</c>.</summary>
    public void KillGateway(string name)
    {
        var processId = ProcessOf(name) ?? throw new InvalidOperationException($"{name} is not running.");
        _killed[name] = processId;
        // The orchestrator reports the process ID of `dotnet run`, whose child is the gateway.
        using var process = Process.GetProcessById(processId);
        process.Kill(entireProcessTree: true);
    }

    /// <summary>
    /// Waits until each killed gateway has been restarted and is healthy, and the load balancer uses all four. The load balancer's
    /// status alone is not sufficient: it may not have detected the failure yet.
    /// </summary>
    public async Task IsWholeAsync()
    {
        foreach (var (name, processId) in _killed)
        {
            await Eventually.IsTrueAsync(
                $"{name} is healthy again",
                async () => ProcessOf(name) is { } current && current != processId && await IsHealthyAsync(name),
                TimeSpan.FromSeconds(60));
        }

        _killed.Clear();
        await HasActiveBackendsAsync(4);
    }

    /// <summary>
    /// Waits until all four gateways are active and idle. Connections of browsers from earlier tests count for least connections
    /// until the load balancer has detected that they are closed.
    /// </summary>
    public async Task IsQuietAsync()
    {
        await IsWholeAsync();
        await Eventually.IsTrueAsync(
            "no gateway has an active request",
            async () => (await StatusAsync())[2..].All(line => line.EndsWith(" active=0", StringComparison.Ordinal)));
    }

    /// <summary>Returns the number of active gateways reported by <c>/lb-status</c>.</summary>
    public async Task<int> ActiveBackendsAsync() =>
        int.Parse((await StatusAsync())[0]["Active Backends: ".Length..], CultureInfo.InvariantCulture);

    public Task HasActiveBackendsAsync(int count) =>
        Eventually.IsTrueAsync($"/lb-status reports {count}", async () => await ActiveBackendsAsync() == count, TimeSpan.FromSeconds(60));

    /// <summary>Registers a user and returns the user's ID.</summary>
    public async Task<int> RegisterAsync()
    {
        var response = await Http.PostAsJsonAsync(
            "/api/users/register",
            new { email = $"{Guid.NewGuid():N}@example.org", full_name = "Owl", password = "whoooo" },
            TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await ReadAsync(response)).GetProperty("id").GetInt32();
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

    private async Task<bool> IsHealthyAsync(string gateway)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(new Uri(StateOf(gateway).Urls.First().Url), "/health"), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private int? ProcessOf(string name)
    {
        var snapshot = StateOf(name);
        return snapshot.State?.Text == KnownResourceStates.Running
            ? snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value as int?
            : null;
    }

    private async Task<string[]> StatusAsync() =>
        (await Http.GetStringAsync("/lb-status", TestContext.Current.CancellationToken)).TrimEnd().Split('\n');
}
