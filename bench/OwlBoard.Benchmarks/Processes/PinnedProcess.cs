using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;

namespace OwlBoard.Benchmarks.Processes;

/// <summary>A program that runs on one processor, its output in a file.</summary>
internal sealed class PinnedProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;

    private PinnedProcess(Process process, string name, string log)
    {
        _process = process;
        _name = name;
        _log = log;
    }

    public int Id => _process.Id;

    /// <summary>Starts it.</summary>
    /// <param name="cpu">The processor; <see langword="null"/> for those that the harness runs on.</param>
    /// <param name="log">The file that its output is appended to.</param>
    /// <param name="command">The program and its arguments.</param>
    public static PinnedProcess Start(int? cpu, string log, params IReadOnlyList<string> command) =>
        Start(cpu, log, ReadOnlyDictionary<string, string>.Empty, command);

    /// <summary>Starts it with environment variables of its own.</summary>
    public static PinnedProcess Start(
        int? cpu, string log, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> command)
    {
        // A shell redirects, so that no line of output costs the harness anything; it becomes the program by exec.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetDirectoryName(log)! };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$@\" >>\"$BENCH_LOG\" 2>&1 </dev/null");
        start.ArgumentList.Add("sh");
        if (cpu is not null)
        {
            start.ArgumentList.Add("taskset");
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(cpu.Value.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var part in command)
        {
            start.ArgumentList.Add(part);
        }

        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        start.Environment["BENCH_LOG"] = log;
        return new PinnedProcess(Process.Start(start)!, Path.GetFileName(command[0]), log);
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Fails with what the program wrote if it has ended.</summary>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            var output = File.Exists(_log) ? File.ReadAllText(_log) : "";
            throw new BenchmarkException($"{_name} ended with code {_process.ExitCode}:\n{output[^Math.Min(output.Length, 4000)..]}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Nothing of it is to be kept, and OwlBoard would drain first. The tree: nginx has a worker.
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
