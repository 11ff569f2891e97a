using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;

namespace OwlBoard.Benchmarks.Processes;

/// <summary>A program that runs on one processor and writes its output to a file.</summary>
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

    /// <summary>Starts the program.</summary>
    /// <param name="cpu">The processor; <see langword="null"/> for the processors of the harness.</param>
    /// <param name="log">The file to which the output is appended.</param>
    /// <param name="command">The program and its arguments.</param>
    public static PinnedProcess Start(int? cpu, string log, params IReadOnlyList<string> command) =>
        Start(cpu, log, ReadOnlyDictionary<string, string>.Empty, command);

    /// <summary>Starts the program with additional environment variables.</summary>
    public static PinnedProcess Start(
        int? cpu, string log, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> command)
    {
        // A shell redirects the output, so that the harness does not process it, and then execs the program.
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

    /// <summary>Throws an exception with the output of the program if it has ended.</summary>
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
            // Killed, because OwlBoard would drain first; with its children, because nginx has a worker.
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
