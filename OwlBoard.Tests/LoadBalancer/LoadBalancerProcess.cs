using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>The load balancer in its own process, as in production.</summary>
internal sealed class LoadBalancerProcess : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private LoadBalancerProcess(ServerProcess process, int desktop, int mobile, int management)
    {
        _process = process;
        Desktop = new Uri($"http://127.0.0.1:{desktop}");
        Mobile = new Uri($"http://127.0.0.1:{mobile}");
        Management = new Uri($"http://127.0.0.1:{management}");
    }

    public Uri Desktop { get; }

    public Uri Mobile { get; }

    public Uri Management { get; }

    public ServerProcess Process => _process;

    /// <summary>Starts the load balancer with the given gateways, by name and address, and waits until it is healthy.</summary>
    public static Task<LoadBalancerProcess> StartAsync(IEnumerable<(string Name, string Address)> gateways, params string[] settings) =>
        StartAsync(gateways, settings, environment: null);

    /// <summary>Starts it as on a machine with one processor, where one thread handles the events of all sockets.</summary>
    public static Task<LoadBalancerProcess> StartOnOneThreadAsync(IEnumerable<(string Name, string Address)> gateways, params string[] settings) =>
        StartAsync(gateways, settings, new Dictionary<string, string> { ["DOTNET_PROCESSOR_COUNT"] = "1" });

    /// <summary>Starts it with a limit of the heap, as set by a container.</summary>
    public static Task<LoadBalancerProcess> StartWithHeapAsync(
        int megabytes, IEnumerable<(string Name, string Address)> gateways, params string[] settings) =>
        StartAsync(gateways, settings, new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = $"{megabytes * 1024 * 1024:X}" });

    /// <summary>Starts it with a limit of open files.</summary>
    public static Task<LoadBalancerProcess> StartWithOpenFilesAsync(
        int openFiles, IEnumerable<(string Name, string Address)> gateways, params string[] settings) =>
        StartAsync(gateways, settings, environment: null, openFiles);

    private static async Task<LoadBalancerProcess> StartAsync(
        IEnumerable<(string Name, string Address)> gateways, string[] settings, Dictionary<string, string>? environment, int? openFiles = null)
    {
        var (desktop, mobile, management) = (FreePort.Next(), FreePort.Next(), FreePort.Next());
        var arguments = new List<string>
        {
            "--LoadBalancer:Address=127.0.0.1",
            $"--LoadBalancer:DesktopPort={desktop}",
            $"--LoadBalancer:MobilePort={mobile}",
            $"--LoadBalancer:ManagementPort={management}",
        };
        foreach (var (i, (name, address)) in gateways.Index())
        {
            arguments.Add($"--LoadBalancer:Gateways:{i}:Name={name}");
            arguments.Add($"--LoadBalancer:Gateways:{i}:Address={address}");
        }

        arguments.AddRange(settings.Select(setting => $"--{setting}"));
        var process = new LoadBalancerProcess(ServerProcess.Start("OwlBoard.LoadBalancer", arguments, environment, openFiles), desktop, mobile, management);
        await process._process.IsHealthyAsync(new Uri(process.Desktop, "/health"));
        return process;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
