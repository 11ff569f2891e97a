using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A program of the system in its own process, on free ports, killed when disposed.</summary>
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

    /// <summary>Gets the standard output and standard error so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Gets the resident memory, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts the program of a project, for example <c>OwlBoard.Gateway</c>, as built for the tests.</summary>
    /// <param name="project">The project.</param>
    /// <param name="arguments">The command-line arguments.</param>
    /// <param name="environment">Environment variables in addition to those of the test process.</param>
    /// <param name="openFiles">The limit of open files, on Linux. Default: that of the test process.</param>
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

    /// <summary>Waits until a health endpoint responds with 200.</summary>
    public async Task IsHealthyAsync(Uri health)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await Eventually.IsTrueAsync(
            $"{health} responds with 200",
            async () =>
            {
                Assert.False(HasExited, $"The process exited before it was healthy:\n{Output}");
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

    /// <summary>Sends a signal: <c>TERM</c>, <c>STOP</c> and so on.</summary>
    public void Signal(string name) => ProcessSignals.Send(Id, name);

    /// <summary>Stops the process with <c>SIGSTOP</c> and waits until each of its threads has stopped.</summary>
    public async Task FreezeAsync()
    {
        Signal("STOP");
        await Eventually.IsTrueAsync("all threads are stopped", () =>
            Directory.GetDirectories($"/proc/{Id}/task").All(thread => File.ReadAllText($"{thread}/stat").Split(") ")[^1][0] == 'T'));
    }

    /// <summary>Kills the process with <c>SIGKILL</c> and waits until it has exited.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the process has exited.</summary>
    /// <returns>The exit code.</returns>
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
