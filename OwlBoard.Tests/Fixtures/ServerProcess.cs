using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace OwlBoard.Tests.Fixtures;

/// <summary>One of the system's programs as a process of its own, on free ports, killed with the test.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private ServerProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Everything it wrote, standard output and error.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Its resident memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts the program of a project, <c>OwlBoard.Gateway</c> say, as it was built beside the tests.</summary>
    /// <param name="project">The project.</param>
    /// <param name="arguments">What follows on the command line.</param>
    /// <param name="environment">What is set beside what the tests' process has.</param>
    /// <param name="openFiles">How many files it may have open, on Linux, if not as many as the tests' process.</param>
    public static ServerProcess Start(
        string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, int? openFiles = null)
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        var start = new ProcessStartInfo(openFiles is null ? dotnet : "/bin/sh")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        if (openFiles is { } limit)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"ulimit -n {limit} && exec \"$0\" \"$@\""));
            start.ArgumentList.Add(dotnet);
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{project}.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Waits until a health endpoint answers 200.</summary>
    public async Task IsHealthyAsync(Uri health)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await Eventually.IsTrueAsync(
            $"{health} answers 200",
            async () =>
            {
                Assert.False(HasExited, $"It ended instead of becoming healthy:\n{Output}");
                try
                {
                    using var response = await client.GetAsync(health, TestContext.Current.CancellationToken);
                    return response.StatusCode == HttpStatusCode.OK;
                }
                catch (Exception refused) when (refused is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(60));
    }

    /// <summary>Sends a signal: <c>TERM</c>, <c>STOP</c>, …</summary>
    public void Signal(string name) => ProcessSignals.Send(Id, name);

    /// <summary>Lets it stand still as <c>kill -STOP</c> does, and waits until each of its threads does.</summary>
    public async Task FreezeAsync()
    {
        Signal("STOP");
        await Eventually.IsTrueAsync("all threads stand still", () =>
            Directory.GetDirectories($"/proc/{Id}/task").All(thread => File.ReadAllText($"{thread}/stat").Split(") ")[^1][0] == 'T'));
    }

    /// <summary>Ends it as <c>kill -9</c> does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> HasEndedAsync(TimeSpan? deadline = null)
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(deadline ?? Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        return ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
