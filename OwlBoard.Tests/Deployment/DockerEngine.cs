using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>
/// A private Docker engine, isolated from other engines on the machine. Its network namespace is connected to the machine by
/// one virtual link, so that tests reach it as clients reach a remote host.
/// </summary>
internal sealed class DockerEngine : IAsyncDisposable
{
    /// <summary>The tools that are required to start an engine, to build its images and to deploy.</summary>
    private static readonly (string Tool, string Package)[] Tools =
    [
        ("dockerd", "docker.io"), ("docker", "docker.io"), ("docker-compose", "docker-compose"), ("iptables", "iptables"),
        ("ip", "iproute2"), ("unshare", "util-linux"), ("nsenter", "util-linux"), ("initdb", "postgresql"),
        ("redis-server", "redis-server"), ("redis-cli", "redis-tools"),
        ("bash", "bash"),
    ];

    private readonly Process _process;
    private readonly string _cable;
    private readonly Dictionary<string, string> _environment;

    private DockerEngine(string folder, Process process)
    {
        Folder = folder;
        _process = process;
        _cable = $"owl{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        // RFC 2544 reserves 198.18.0.0/15 for tests; concurrent tests get distinct subnets with high probability.
        var network = RandomNumberGenerator.GetInt32(1, 16384) * 4;
        ClientAddress = string.Create(CultureInfo.InvariantCulture, $"198.18.{network / 256}.{(network % 256) + 1}");
        Address = string.Create(CultureInfo.InvariantCulture, $"198.18.{network / 256}.{(network % 256) + 2}");
        _environment = new()
        {
            ["DOCKER_HOST"] = $"unix://{folder}/docker.sock",
            ["DOCKER_CONFIG"] = folder,
            ["COMPOSE_HTTP_TIMEOUT"] = "300",
            ["PATH"] = $"{Path.GetDirectoryName(Require.Tool("docker", "docker.io"))}:{Environment.GetEnvironmentVariable("PATH")}",
        };
    }

    /// <summary>The folder for all files that are created for the engine.</summary>
    public string Folder { get; }

    /// <summary>The address of the host.</summary>
    public string Address { get; }

    /// <summary>The address of the tests as seen by the host.</summary>
    public string ClientAddress { get; }

    public static async Task<DockerEngine> StartAsync()
    {
        Require.That(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Starting a Docker engine requires Linux and root.");
        // Check before starting anything: a missing tool skips the tests and leaves nothing behind.
        foreach (var (tool, package) in Tools)
        {
            Require.Tool(tool, package);
        }

        var folder = Directory.CreateTempSubdirectory("owlboard-docker-").FullName;
        var start = new ProcessStartInfo(
            Require.Tool("unshare", "util-linux"),
            ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", Script("engine"), folder])
        {
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] += $":{Path.GetDirectoryName(Require.Tool("dockerd", "docker.io"))}:/usr/sbin:/sbin";
        var engine = new DockerEngine(folder, Process.Start(start)!);
        try
        {
            await engine.PlugInAsync();
            await Eventually.IsTrueAsync("Docker responds", engine.AnswersAsync, TimeSpan.FromSeconds(60));
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns the path of a file in the tests' output folder.</summary>
    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Deployment", name);

    /// <summary>Runs <c>docker</c>. Fails the test if it does not succeed.</summary>
    /// <returns>The standard output.</returns>
    public async Task<string> DockerAsync(params string[] arguments) =>
        (await RunAsync(Require.Tool("docker", "docker.io"), arguments)).Succeeded().Output.TrimEnd();

    /// <summary>Runs a program with the environment that points to the engine.</summary>
    public Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, string? directory = null, params (string Name, string Value)[] more) =>
        Tool.RunAsync(program, arguments, new Dictionary<string, string>(_environment.Concat(more.Select(one => KeyValuePair.Create(one.Name, one.Value)))), directory);

    /// <summary>Runs a program in the host's network namespace.</summary>
    public Task<ToolResult> RunOnHostAsync(string program, params string[] arguments) =>
        Tool.RunAsync(Require.Tool("nsenter", "util-linux"), ["--target", Init(), "--net", program, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        // When the last process exits, the kernel releases its mounts, its network namespace and the virtual link.
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process.HasExited, $"Docker exited before it responded: {Log()}");
        return (await RunAsync(Require.Tool("docker", "docker.io"), ["version"])).ExitCode == 0;
    }

    private string Log()
    {
        var log = Path.Combine(Folder, "engine.log");
        return File.Exists(log) ? File.ReadAllText(log) : "";
    }

    /// <summary>Creates the virtual link between the machine and the host, without a route beyond it.</summary>
    private async Task PlugInAsync()
    {
        await Eventually.IsTrueAsync("the engine has its own network namespace", () => Init().Length > 0);
        var ip = Require.Tool("ip", "iproute2");
        foreach (var command in new[]
        {
            $"link add {_cable} type veth peer name eth0 netns {Init()}",
            $"addr add {ClientAddress}/30 dev {_cable}",
            $"link set {_cable} up",
        })
        {
            (await Tool.RunAsync(ip, command.Split(' '))).Succeeded();
        }

        (await RunOnHostAsync(ip, "addr", "add", $"{Address}/30", "dev", "eth0")).Succeeded();
        (await RunOnHostAsync(ip, "link", "set", "eth0", "up")).Succeeded();
    }

    /// <summary>Returns the process ID, on the machine, of the first process in the engine's namespaces.</summary>
    private string Init()
    {
        var id = _process.Id.ToString(CultureInfo.InvariantCulture);
        return File.ReadAllText($"/proc/{id}/task/{id}/children").Trim();
    }
}
