using System.Diagnostics;
using OwlBoard.AppHost.Embedded.Logs;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>The running process of a resource.</summary>
internal sealed class ResourceProcess : IDisposable
{
    /// <summary>Tells the program to end when its standard input does: the kernel closes it however this engine ends.</summary>
    private const string Lifeline = "OWLBOARD_LIFELINE";

    /// <summary>
    /// How long a process that was interrupted may seem to ignore it before it is also terminated; at once where it is
    /// known to.
    /// </summary>
    private static readonly TimeSpan InterruptPatience = TimeSpan.FromSeconds(1);

    /// <summary>Signals of one kind that arrive at once are one signal: these two must not.</summary>
    private static readonly TimeSpan BetweenSignals = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the last lines of a process that is gone may take to arrive.</summary>
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly Task _exited;
    private readonly Task _output;

    /// <summary>Whoever stops the process uses it under this lock: it may end, and be disposed, at the same moment.</summary>
    private readonly Lock _use = new();

    private ResourceProcess(Process process, string resource, ResourceLogs logs)
    {
        _process = process;
        Id = process.Id;
        _exited = process.WaitForExitAsync();
        _output = Task.WhenAll(
            CopyAsync(process.StandardOutput, line => logs.Write(new(resource, line, IsError: false))),
            CopyAsync(process.StandardError, line => logs.Write(new(resource, line, IsError: true))));
    }

    public int Id { get; }

    public static ResourceProcess Start(string resource, ResourceCommand command, ResourceLogs logs)
    {
        var start = new ProcessStartInfo(DotnetHost.Path, [command.AssemblyPath, .. command.Arguments])
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment[Lifeline] = "stdin";
        return new(Process.Start(start)!, resource, logs);
    }

    /// <summary>Waits for the process to end and its last lines to be read.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        await _exited;
        // Whoever inherited its output could hold it open for ever.
        await Task.WhenAny(_output, Task.Delay(OutputPatience));
        return _process.ExitCode;
    }

    /// <summary>Asks the process to stop now and, if that is not heard, more plainly; until it does or the time is up.</summary>
    public async Task StopAsync(TimeProvider time, CancellationToken timeIsUp)
    {
        var exited = _exited.WaitAsync(timeIsUp);
        try
        {
            if (!Send(Signals.Interrupt) && OperatingSystem.IsWindows())
            {
                // Windows has no such signal; the lifeline says the same, less politely.
                UseIfRunning(static process => process.StandardInput.Close());
            }

            if (Signals.InterruptIsIgnored() || !await HasEndedAsync(exited, InterruptPatience, time))
            {
                // The first begins to drain, the second says "now".
                Send(Signals.Terminate);
                await HasEndedAsync(exited, BetweenSignals, time);
                Send(Signals.Terminate);
            }

            await exited;
        }
        catch (OperationCanceledException) when (timeIsUp.IsCancellationRequested)
        {
            UseIfRunning(static process => process.Kill(entireProcessTree: true));
        }
    }

    /// <summary>Once the process has ended.</summary>
    public void Dispose()
    {
        lock (_use)
        {
            _process.Dispose();
        }
    }

    private static async Task<bool> HasEndedAsync(Task exited, TimeSpan patience, TimeProvider time)
    {
        try
        {
            await exited.WaitAsync(patience, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task CopyAsync(StreamReader from, Action<string> write)
    {
        try
        {
            while (await from.ReadLineAsync() is { } line)
            {
                write(line);
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            write($"The rest of the output is lost: {failure.Message}");
        }
    }

    private bool Send(int signal)
    {
        var isSent = false;
        UseIfRunning(process => isSent = Signals.Send(process.Id, signal));
        return isSent;
    }

    /// <summary>Not a process that has ended: its id may be somebody else's by now.</summary>
    private void UseIfRunning(Action<Process> use)
    {
        lock (_use)
        {
            if (!_exited.IsCompleted && !_process.HasExited)
            {
                use(_process);
            }
        }
    }
}
