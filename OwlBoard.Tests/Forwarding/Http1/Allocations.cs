using System.Diagnostics;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>Measures what code allocates.</summary>
internal static class Allocations
{
    private const int Times = 10_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What an action allocates once it was compiled as it stays: code that is not optimized yet boxes where the library
    /// compares generic values with null. Ends as soon as it is no more than expected.
    /// </summary>
    public static long By(Action action, long atMost = 0)
    {
        var started = Stopwatch.GetTimestamp();
        long allocated;
        do
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Times; i++)
            {
                action();
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        while (allocated > atMost && Stopwatch.GetElapsedTime(started) < Deadline);

        return allocated;
    }
}
