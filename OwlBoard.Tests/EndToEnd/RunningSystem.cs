using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using OwlBoard.Tests.AppHost;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.EndToEnd;

/// <summary>The whole system as <c>dotnet run --project OwlBoard.AppHost</c> starts it, on ports and data of its own.</summary>
public sealed class RunningSystem : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("owlboard-").FullName;
    private readonly Dictionary<string, int> _killed = [];

    /// <summary>What starts and watches it.</summary>
    internal AppHostProcess AppHost { get; private set; } = null!;

    /// <summary>What the AppHost was started with.</summary>
    public IReadOnlyList<string> Options { get; private set; } = [];

    public Uri Desktop { get; private set; } = null!;

    public Uri Mobile { get; private set; } = null!;

    public Uri DesktopFrontend { get; private set; } = null!;

    public Uri MobileFrontend { get; private set; } = null!;

    /// <summary>The link to the dashboard that a person would click on.</summary>
    public string Dashboard => AppHost.Output.First(line => line.StartsWith("Dashboard: ", StringComparison.Ordinal))["Dashboard: ".Length..];

    /// <summary>A client of the load balancer's desktop listener.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The names of the four.</summary>
    public static IReadOnlyList<string> Gateways { get; } = [.. Enumerable.Range(1, 4).Select(i => $"api-gateway-{i}")];

    public async ValueTask InitializeAsync()
    {
        Options = AppHostProcess.OwnPorts(_data);
        Desktop = AddressOf("desktop");
        Mobile = AddressOf("mobile");
        DesktopFrontend = AddressOf("desktop-frontend");
        MobileFrontend = AddressOf("mobile-frontend");
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Desktop };
        AppHost = new AppHostProcess([.. Options], new Dictionary<string, string>
        {
            // All load comes from one address here, which the rate limit would take for one client.
            ["LoadBalancer__RateLimit__RequestsPerSecond"] = "0",
            // A gateway that one test killed has its full share again in the next.
            ["LoadBalancer__SlowStart"] = "00:00:00",
            // And is back as soon as it runs and answers probes, which half a minute would make a long test of.
            ["LoadBalancer__PassiveHealth__EjectionTime"] = "00:00:02",
        });
        await AppHost.IsRunningAsync();

        Uri AddressOf(string port) => new($"http://localhost:{Port(port)}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await AppHost.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>The value of an option <c>--ports:NAME</c>.</summary>
    public string Port(string name) => Options.SkipWhile(option => option != $"--ports:{name}").ElementAt(1);

    /// <summary>Kills a gateway as <c>kill -9</c> does.</summary>
    public void KillGateway(string name)
    {
        var process = AppHost.Running[name];
        _killed[name] = process;
        ProcessTable.Kill(process);
    }

    /// <summary>
    /// The gateways that were killed have been started again, and the load balancer uses all four. It alone need not know
    /// yet that one was killed.
    /// </summary>
    public async Task IsWholeAsync()
    {
        foreach (var (name, process) in _killed)
        {
            await Eventually.IsTrueAsync(
                $"{name} runs again", () => AppHost.Running.TryGetValue(name, out var now) && now != process, TimeSpan.FromSeconds(60));
        }

        _killed.Clear();
        await HasActiveBackendsAsync(4);
    }

    /// <summary>
    /// All four gateways are used and have nothing to do: what other tests' browsers had open counts for least connections
    /// until the load balancer has learned that they are gone.
    /// </summary>
    public async Task IsQuietAsync()
    {
        await IsWholeAsync();
        await Eventually.IsTrueAsync(
            "no gateway has a request",
            async () => (await StatusAsync())[2..].All(line => line.EndsWith(" active=0", StringComparison.Ordinal)));
    }

    /// <summary>How many gateways <c>/lb-status</c> says are active.</summary>
    public async Task<int> ActiveBackendsAsync() =>
        int.Parse((await StatusAsync())[0]["Active Backends: ".Length..], CultureInfo.InvariantCulture);

    public Task HasActiveBackendsAsync(int count) =>
        Eventually.IsTrueAsync($"/lb-status says {count}", async () => await ActiveBackendsAsync() == count, TimeSpan.FromSeconds(60));

    /// <summary>Registers a user and returns its id.</summary>
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

    private async Task<string[]> StatusAsync() =>
        (await Http.GetStringAsync("/lb-status", TestContext.Current.CancellationToken)).TrimEnd().Split('\n');
}
