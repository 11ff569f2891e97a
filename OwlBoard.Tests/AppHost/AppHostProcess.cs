using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

/// <summary>The AppHost as a person starts it, on ports of its own.</summary>
internal sealed partial class AppHostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];

    public AppHostProcess(params string[] args)
        : this(args, new Dictionary<string, string>())
    {
    }

    /// <summary>Starts it with more environment variables, which its programs inherit.</summary>
    public AppHostProcess(string[] args, IReadOnlyDictionary<string, string> environment)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "OwlBoard.AppHost.dll");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(DotnetHost.Path, [program, .. args])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (name, value) in environment)
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public IReadOnlyList<string> Output => [.. _output];

    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Every process that was started, by its resource; the latest where there were several.</summary>
    public IReadOnlyDictionary<string, int> Children => ProcessesOf(States.Where(state => state.Groups["pid"].Success));

    /// <summary>The process of each resource that has been running since its latest start.</summary>
    public IReadOnlyDictionary<string, int> Running => ProcessesOf(States
        .GroupBy(state => state.Groups["name"].Value)
        .Select(states => states.Last())
        .Where(state => state.Groups["state"].Value == "Running" && state.Groups["pid"].Success));

    /// <summary>Options that keep out of the way of any other instance.</summary>
    public static string[] OwnPorts(string directory) =>
    [
        "--ports:desktop", Port(), "--ports:mobile", Port(), "--ports:management", Port(),
        "--ports:desktop-frontend", Port(), "--ports:mobile-frontend", Port(),
        "--ports:dashboard", Port(),
        "--data-directory", directory,
    ];

    public async Task IsRunningAsync()
    {
        await Eventually.IsTrueAsync(
            "all resources are running",
            () => _process.HasExited || Output.Any(line => line.StartsWith("All resources are running", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(180));
        Assert.False(_process.HasExited, string.Join('\n', Output.Concat(Errors)));
    }

    public void Terminate() => Signals.Send(Id, Signals.Terminate);

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
            // The lifeline ends the children.
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    /// <summary>What it said of its resources so far, in order.</summary>
    private IEnumerable<Match> States => _output.Select(line => StateLine().Match(line)).Where(state => state.Success);

    private static string Port() => FreePort.Next().ToString(CultureInfo.InvariantCulture);

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    private static Dictionary<string, int> ProcessesOf(IEnumerable<Match> states) => states
        .GroupBy(state => state.Groups["name"].Value, state => state.Groups["pid"])
        .ToDictionary(processes => processes.Key, processes => int.Parse(processes.Last().ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^(?<name>[\w-]+): (?<state>\w+)[^,]*(?:, pid (?<pid>\d+))?")]
    private static partial Regex StateLine();
}
