using System.Numerics;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>
/// A histogram of the durations of attempts at a gateway, with eight buckets per power of two: a quantile is at most
/// 12.5 % too high. The counts only grow, so the counts of a period are the difference of two copies. Recording costs
/// one increment.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBuckets = 8;

    /// <summary>The number of buckets, up to 2^36 µs (about 19 hours).</summary>
    public const int Buckets = 36 * SubBuckets;

    /// <summary>The counts. They wrap around after 2^32 attempts; their differences stay correct.</summary>
    private readonly int[] _counts = new int[Buckets];

    /// <summary>Records the duration of an attempt.</summary>
    public void Record(TimeSpan duration) => Interlocked.Increment(ref _counts[BucketOf(duration)]);

    /// <summary>Copies the counts of all buckets.</summary>
    public void CopyTo(Span<int> counts) => _counts.CopyTo(counts);

    /// <summary>Returns a quantile of the durations; <see langword="null"/> if there are no attempts.</summary>
    /// <param name="counts">The counts of the buckets.</param>
    /// <param name="part">The quantile, from 0 to 1.</param>
    public static TimeSpan? Quantile(ReadOnlySpan<int> counts, double part)
    {
        var total = 0L;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(part * total));
        var bucket = 0;
        for (long seen = counts[0]; seen < rank; seen += counts[bucket])
        {
            bucket++;
        }

        return TimeSpan.FromMicroseconds(UpperBound(bucket));
    }

    /// <summary>
    /// Returns the bucket of a duration: the first eight are one microsecond wide, then each power of two has eight buckets.
    /// </summary>
    private static int BucketOf(TimeSpan duration)
    {
        var microseconds = (ulong)Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        if (microseconds < SubBuckets)
        {
            return (int)microseconds;
        }

        var exponent = BitOperations.Log2(microseconds);
        var mantissa = (int)(microseconds >> (exponent - 3)) & (SubBuckets - 1);
        return Math.Min(Buckets - 1, ((exponent - 2) * SubBuckets) + mantissa);
    }

    private static double UpperBound(int bucket)
    {
        if (bucket < SubBuckets)
        {
            return bucket + 1;
        }

        var exponent = (bucket / SubBuckets) + 2;
        return Math.ScaleB(1 + (((bucket % SubBuckets) + 1) / (double)SubBuckets), exponent);
    }
}
