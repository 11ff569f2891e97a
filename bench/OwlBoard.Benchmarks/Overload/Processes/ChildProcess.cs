using System.Diagnostics;
using System.Reflection;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>
/// A child process of this program with another command, which runs until its standard input is closed. Attacks and upstreams
/// are child processes, so that neither their garbage collections nor their threads delay the measuring harness.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>The time to exit after the standard input was closed.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The index of the command among the arguments of <c>nice</c>.</summary>
    private const int CommandAt = 3;

    private readonly Process _process;
    private readonly Task<string> _output;

    private ChildProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Starts the process.</summary>
    /// <param name="niceness">The niceness that is added to the harness's.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public static ChildProcess Start(int niceness, params IEnumerable<string> arguments) => new(Process.Start(new ProcessStartInfo(
        "nice", [$"--adjustment={niceness}", "dotnet", Assembly.GetExecutingAssembly().Location, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!);

    /// <summary>Completes in the child when its standard input is closed, because the harness stops it or has exited.</summary>
    public static CancellationTokenSource UntilInputEnds(TimeSpan limit, CancellationToken cancellationToken)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        new Thread(() =>
        {
            while (Console.In.Read() >= 0)
            {
                // Discard; the harness sends nothing.
            }

            stop.Cancel();
        })
        { IsBackground = true }.Start();
        return stop;
    }

    /// <summary>Stops the process.</summary>
    /// <returns>The output of the process.</returns>
    public async Task<string> StopAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        try
        {
            return (await _output.WaitAsync(StopTimeout, cancellationToken)).Trim();
        }
        catch (TimeoutException)
        {
            throw new BenchmarkException($"'{string.Join(' ', _process.StartInfo.ArgumentList.Skip(CommandAt))}' did not end within {StopTimeout.TotalSeconds:0} s.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
