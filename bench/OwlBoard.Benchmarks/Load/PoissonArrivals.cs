using System.Diagnostics;

namespace OwlBoard.Benchmarks.Load;

/// <summary>When requests become due of many clients that know nothing of each other: a Poisson process.</summary>
internal static class PoissonArrivals
{
    /// <summary>The times in <see cref="Stopwatch"/>'s ticks from the beginning.</summary>
    /// <param name="duration">How long they go on.</param>
    /// <param name="perSecond">How many there are in a second on average.</param>
    /// <param name="seed">Who has the same has the same bursts.</param>
    public static List<long> During(TimeSpan duration, int perSecond, int seed)
    {
        var random = new Random(seed);
        var end = duration.TotalSeconds;
        var arrivals = new List<long>((int)(perSecond * end));
        for (var at = Gap(); at < end; at += Gap())
        {
            arrivals.Add((long)(at * Stopwatch.Frequency));
        }

        return arrivals;

        // Of a process without memory the gaps are distributed exponentially.
        double Gap() => -Math.Log(1 - random.NextDouble()) / perSecond;
    }
}
