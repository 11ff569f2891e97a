using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.Tests.AppHost;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>The published files in a folder of the host, with certificates and values, as DEPLOY.md describes.</summary>
internal sealed class DeployedSystem : IDisposable
{
    /// <summary>The time within which all containers must become healthy.</summary>
    public static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(4);

    /// <summary>The user ID of the containers that read private keys.</summary>
    private const string KeyReader = "10001";

    /// <summary>The time between polls of Docker; more frequent polling slows down the containers.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private static readonly Dictionary<string, int[]> Published = new()
    {
        [ResourceNames.LoadBalancer] = [8000, 9000],
        [ResourceNames.DesktopFrontend] = [3002],
        [ResourceNames.MobileFrontend] = [3001],
    };

    private DeployedSystem(DockerEngine engine, string directory)
    {
        Engine = engine;
        Directory = directory;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Desktop };
    }

    public DockerEngine Engine { get; }

    public string Directory { get; }

    public Uri Desktop => At(8000);

    public Uri Mobile => At(9000);

    public Uri DesktopFrontend => At(3002);

    public Uri MobileFrontend => At(3001);

    /// <summary>An HTTP client of the load balancer's desktop listener.</summary>
    public HttpClient Http { get; }

    /// <summary>Returns the URI to GET and POST a room's messages, through gateway, mutual TLS and PostgreSQL.</summary>
    public Uri Messages(string room) =>
        new(Desktop, $"/api/chat/messages/{room}?user_id=7&username=Owl&content=Hoot&limit=1");

    public static async Task<DeployedSystem> PublishAsync(DockerEngine engine, params string[] options)
    {
        // docker-compose names the project after the folder.
        var directory = Path.Combine(engine.Folder, RandomNumberGenerator.GetHexString(8), "owlboard");
        await PublishedFiles.WriteAsync(directory, options);
        var certificates = Path.Combine(directory, "certs");
        new CertificateIssuer(TimeProvider.System).Issue(new CertificateFolder(certificates));
        (await Tool.RunAsync(
            Require.Tool("chown", "coreutils"),
            ["-R", KeyReader, .. new[] { "gateway", "probe", "user-service", "chat-service" }.Select(name => Path.Combine(certificates, name))])).Succeeded();
        return new DeployedSystem(engine, directory);
    }

    /// <summary>Fills in <c>.env</c>: all passwords, and each image as returned for its variable's name.</summary>
    public void FillIn(Func<string, string> image)
    {
        var file = Path.Combine(Directory, ".env");
        File.WriteAllLines(file, File.ReadAllLines(file).Select(line => line switch
        {
            _ when !line.EndsWith('=') => line,
            _ when line.EndsWith("_IMAGE=", StringComparison.Ordinal) => line + image(line[..^1]),
            _ => line + RandomNumberGenerator.GetHexString(48, lowercase: true),
        }));
    }

    /// <summary>Fills in <c>.env</c> with OwlBoard's own images.</summary>
    public void FillInOurImages() => FillIn(name => DockerImages.Of(name switch
    {
        _ when name.StartsWith("API_GATEWAY_", StringComparison.Ordinal) => "Gateway",
        "LOAD_BALANCER_IMAGE" => "LoadBalancer",
        _ when name.EndsWith("_FRONTEND_IMAGE", StringComparison.Ordinal) => "Frontend",
        _ => "Services",
    }));

    /// <summary>
    /// Writes an override file with settings that only tests need: no rate limit, since all load comes from one address; lenient
    /// health checks, since a busy machine must not make a container unhealthy; short intervals, since docker-compose waits for
    /// one container after the other and older engines run the first check after a full interval; and no profile-guided
    /// optimization, since programs that run for a minute start sooner without it.
    /// </summary>
    /// <param name="file">The file's name.</param>
    /// <param name="forSwarm">
    /// <see langword="true"/> for a stack on a kernel that may lack IPVS: names resolve to the replicas instead of a virtual IP,
    /// ports are published in host mode, and every service but the gateways has one replica.
    /// </param>
    public async Task WriteOverridesAsync(string file, bool forSwarm = false)
    {
        var overrides = new StringBuilder(forSwarm ? "version: \"3.8\"\nservices:\n" : "services:\n");
        foreach (var service in (await ComposeAsync("config", "--services")).Split('\n'))
        {
            overrides.Append(CultureInfo.InvariantCulture, $"  {service}:\n    healthcheck:\n      interval: {(forSwarm ? 10 : 5)}s\n      timeout: 30s\n      retries: 10\n      start_period: 180s\n");
            overrides.Append("    environment:\n      DOTNET_TieredPGO: \"0\"\n");
            if (service == ResourceNames.LoadBalancer)
            {
                overrides.Append("      LoadBalancer__RateLimit__RequestsPerSecond: \"0\"\n");
            }

            if (forSwarm)
            {
                overrides.Append("    deploy:\n      endpoint_mode: dnsrr\n");
                if (service != ResourceNames.Gateways)
                {
                    overrides.Append("      replicas: 1\n");
                }

                if (Published.TryGetValue(service, out var ports))
                {
                    overrides.Append("    ports:\n");
                    overrides.AppendJoin("", ports.Select(port => string.Create(
                        CultureInfo.InvariantCulture, $"      - target: {port}\n        published: {port}\n        mode: host\n")));
                }
            }
        }

        await File.WriteAllTextAsync(Path.Combine(Directory, file), overrides.ToString());
    }

    /// <summary>Runs <c>docker-compose</c> in the folder. Fails the test if it does not succeed.</summary>
    public async Task<string> ComposeAsync(params string[] arguments) =>
        (await Engine.RunAsync(Require.Tool("docker-compose", "docker-compose"), arguments, Directory)).Succeeded().Output.TrimEnd();

    /// <summary>Starts the containers and waits until all are healthy, or running if they have no health check.</summary>
    public async Task UpAsync()
    {
        await ComposeAsync("up", "--detach");
        await Eventually.IsTrueAsync(
            "all containers are healthy",
            async () => (await Engine.DockerAsync("ps", "--all", "--format", "{{.Status}}")).Split('\n').All(IsUp),
            StartDeadline,
            Pause);
    }

    /// <summary>Returns all containers of the system.</summary>
    public async Task<IReadOnlyList<DeployedContainer>> ContainersAsync()
    {
        var ids = (await ComposeAsync("ps", "--quiet")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var containers = JsonDocument.Parse(await Engine.DockerAsync(["inspect", .. ids]));
        return [.. containers.RootElement.EnumerateArray().Select(DeployedContainer.Read)];
    }

    public Task IsHealthyAsync(string container) => Eventually.IsTrueAsync(
        $"{container} is healthy",
        async () => await Engine.DockerAsync("inspect", "--format", "{{.State.Health.Status}}", container) == "healthy",
        StartDeadline,
        Pause);

    /// <summary>Waits until <c>/lb-status</c> reports the given number of active gateways.</summary>
    public Task HasActiveBackendsAsync(int count) => Eventually.IsTrueAsync(
        $"/lb-status reports {count}",
        async () =>
        {
            var status = await Http.GetStringAsync("/lb-status", TestContext.Current.CancellationToken);
            return status.StartsWith(string.Create(CultureInfo.InvariantCulture, $"Active Backends: {count}\n"), StringComparison.Ordinal);
        },
        StartDeadline,
        Pause);

    /// <summary>
    /// Waits until the given number of gateways serve requests. Load starts after that: the first requests trigger JIT
    /// compilation in all programs, which takes seconds on one or two cores, and a gateway may still be resolving services.
    /// </summary>
    public async Task AnswersThroughAsync(int gateways)
    {
        await HasActiveBackendsAsync(gateways);
        var answering = new Queue<string>();
        await Eventually.IsTrueAsync(
            $"{gateways} gateways respond",
            async () =>
            {
                using var answer = await Http.GetAsync(Messages("room"), TestContext.Current.CancellationToken);
                if (!answer.IsSuccessStatusCode)
                {
                    answering.Clear();
                    return false;
                }

                answering.Enqueue(answer.Headers.GetValues("X-Gateway").Single());
                if (answering.Count > 40)
                {
                    answering.Dequeue();
                }

                return answering.Count == 40 && answering.Distinct().Count() == gateways;
            },
            StartDeadline);
    }

    /// <summary>Registers a user and returns the user's ID.</summary>
    public async Task<int> RegisterAsync()
    {
        using var response = await Http.PostAsJsonAsync(
            "/api/users/register",
            new { email = $"{Guid.NewGuid():N}@example.org", full_name = "Owl", password = "whoooo" },
            TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetInt32();
    }

    /// <summary>Returns those of <c>address:port</c> that accept a connection from a container started in a network.</summary>
    public async Task<string[]> ReachableFromNetworkAsync(string network, IEnumerable<string> targets) =>
        Lines(await Engine.DockerAsync(
            ["run", "--rm", "--network", network, DockerImages.Tools, "bash", "-c", Connecting, "bash", .. targets]));

    /// <summary>Returns those of <c>address:port</c> that accept a connection from a program on the host.</summary>
    public async Task<string[]> ReachableFromHostAsync(IEnumerable<string> targets) =>
        Lines((await Engine.RunOnHostAsync(Require.Tool("bash", "bash"), ["-c", Connecting, "bash", .. targets])).Succeeded().Output);

    public void Dispose() => Http.Dispose();

    private const string Connecting = """
        for target; do
          timeout 2 bash -c "</dev/tcp/${target/:/\/}" 2>/dev/null && echo "$target" &
        done
        wait
        """;

    /// <summary>Parses the column of <c>docker ps</c>: <c>Up 3 seconds (health: starting)</c>, <c>Up 5 seconds (healthy)</c>.</summary>
    private static bool IsUp(string status) =>
        status.StartsWith("Up ", StringComparison.Ordinal) && (status.EndsWith("(healthy)", StringComparison.Ordinal) || !status.EndsWith(')'));

    private static string[] Lines(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()];

    private Uri At(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://{Engine.Address}:{port}"));
}
