using System.Diagnostics;

namespace OwlBoard.Benchmarks.Load;

/// <summary>The arrival times of requests of many independent clients: a Poisson process.</summary>
internal static class PoissonArrivals
{
    /// <summary>Returns the times in <see cref="Stopwatch"/> ticks from the beginning.</summary>
    /// <param name="duration">The duration.</param>
    /// <param name="perSecond">The average number of arrivals per second.</param>
    /// <param name="seed">The seed. The same seed produces the same arrivals.</param>
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

        // The gaps of a memoryless process are exponentially distributed.
        double Gap() => -Math.Log(1 - random.NextDouble()) / perSecond;
    }
}
