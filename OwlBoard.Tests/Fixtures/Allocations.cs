using System.Diagnostics;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Measures the memory that code allocates.</summary>
internal static class Allocations
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Returns the bytes that an action allocates in steady state, in all iterations together. Repeats the measurement until the
    /// result is at most <paramref name="atMost"/> or 30 s have passed, since a single measurement may be too high: code that is
    /// not optimized yet boxes where the library compares generic values with null, and the runtime was once seen to report
    /// 8,168 bytes for code that allocates nothing. The action must do the same work in each iteration.
    /// </summary>
    public static long By(Action action, long atMost = 0, int times = 10_000)
    {
        var started = Stopwatch.GetTimestamp();
        long allocated;
        do
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < times; i++)
            {
                action();
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        while (allocated > atMost && Stopwatch.GetElapsedTime(started) < Deadline);

        return allocated;
    }
}
