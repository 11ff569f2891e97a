using System.Runtime.InteropServices;

namespace OwlBoard.Benchmarks.Processes;

/// <summary>The CPU-time clock of a process, in nanoseconds. <c>/proc/PID/stat</c> counts in hundredths of a second.</summary>
internal static partial class ProcessClock
{
    /// <summary>Returns the processor time of the process so far, user and system.</summary>
    /// <exception cref="BenchmarkException">The process has ended.</exception>
    public static TimeSpan Of(int process) =>
        clock_getcpuclockid(process, out var clock) == 0 && clock_gettime(clock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
            : throw new BenchmarkException($"Process {process} has ended.");

    [LibraryImport("libc")]
    private static partial int clock_getcpuclockid(int process, out int clock);

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Time time);

    private readonly record struct Time(nint Seconds, nint Nanoseconds);
}
