using System.Diagnostics;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Measures what code allocates.</summary>
internal static class Allocations
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What an action allocates in steady state, bytes for all its times together. Measured again until it is no more
    /// than expected or 30 seconds have passed, since a single measurement may be too high: code that is not optimized
    /// yet boxes where the library compares generic values with null, and the runtime was seen to count 8,168 bytes,
    /// once, for code that allocates nothing. So the action must do the same each time.
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
