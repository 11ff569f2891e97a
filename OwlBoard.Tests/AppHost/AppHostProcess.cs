using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

/// <summary>The AppHost in its own process, as started by <c>dotnet run</c>, on its own ports.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    /// <summary>An environment variable that all child processes inherit, to identify the processes of this run.</summary>
    private const string Mark = "OWLBOARD_TEST_RUN";

    /// <summary>The AppHost in its own output folder; the tests' folder lacks files of frameworks that only the AppHost needs.</summary>
    private static readonly string Program = Path.Combine(
        Projects.OwlBoard_AppHost.ProjectPath,
        "bin",
        typeof(AppHostProcess).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration,
        "net10.0",
        "OwlBoard.AppHost.dll");

    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];

    public AppHostProcess(params string[] args)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(DotnetHost.Path, [Program, .. args])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    [Mark] = _run,
                    ["ASPNETCORE_URLS"] = $"http://localhost:{FreePort.Next()}",
                    ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = $"http://localhost:{FreePort.Next()}",
                    ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true",
                },
            },
        };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyList<string> Output => [.. _output];

    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Gets the running processes that the AppHost started, including the orchestrator.</summary>
    public IReadOnlyList<string> Children =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(directory => int.TryParse(Path.GetFileName(directory), out var id) && id != _process.Id && Read(directory, "environ").Contains(_run))
            .Select(directory => string.Join(' ', Read(directory, "cmdline"))),
    ];

    /// <summary>Returns options with ports that no other instance uses.</summary>
    public static string[] OwnPorts(string directory) =>
    [
        "--ports:desktop", Port(), "--ports:mobile", Port(), "--ports:management", Port(),
        "--ports:desktop-frontend", Port(), "--ports:mobile-frontend", Port(),
        "--data-directory", directory,
    ];

    /// <summary>Waits until an address responds.</summary>
    public async Task RespondsAsync(HttpClient client, Uri address)
    {
        await Eventually.IsTrueAsync(
            $"{address} responds",
            async () =>
            {
                Assert.False(_process.HasExited, string.Join('\n', Output.Concat(Errors)));
                try
                {
                    using var response = await client.GetAsync(address, TestContext.Current.CancellationToken);
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(180),
            TimeSpan.FromMilliseconds(200));
    }

    public void Terminate() => ProcessSignals.Send(_process.Id, "TERM");

    public void Kill() => _process.Kill();

    public async Task<int> WaitForExitAsync(TimeSpan deadline)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(deadline);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // The orchestrator detects the kill and ends the programs.
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static string Port() => FreePort.Next().ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the null-terminated entries of a file in <c>/proc/PID</c>; returns none if the process has exited.</summary>
    private static string[] Read(string process, string file)
    {
        try
        {
            return [.. File.ReadAllText(Path.Combine(process, file)).Split('\0').Select(entry => entry.Replace($"{Mark}=", "", StringComparison.Ordinal))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
