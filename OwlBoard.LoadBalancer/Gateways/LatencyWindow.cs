using System.Numerics;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>
/// How long requests took over the last minute, as quantiles. A histogram whose buckets grow by an eighth of a power of
/// two (so a quantile is at most 12.5 % off), in six slots of ten seconds of which the oldest is emptied and reused. A
/// request costs one increment.
/// </summary>
internal sealed class LatencyWindow(TimeProvider time)
{
    private const int Slots = 6;
    private const int SecondsPerSlot = 10;
    private const int SubBuckets = 8;

    /// <summary>Up to 2^36 µs, some 19 hours.</summary>
    private const int Buckets = 36 * SubBuckets;

    private readonly int[][] _counts = [.. Enumerable.Range(0, Slots).Select(_ => new int[Buckets])];
    private readonly long[] _epochs = new long[Slots];

    public void Record(TimeSpan duration) => Interlocked.Increment(ref Present()[BucketOf(duration)]);

    /// <summary>The duration that the given parts of the requests did not exceed; <see langword="null"/> without any request.</summary>
    public TimeSpan?[] Quantiles(params ReadOnlySpan<double> parts)
    {
        var epoch = Epoch();
        Span<long> sums = stackalloc long[Buckets];
        sums.Clear();
        var total = 0L;
        for (var slot = 0; slot < Slots; slot++)
        {
            if (epoch - Volatile.Read(ref _epochs[slot]) >= Slots)
            {
                continue;
            }

            for (var i = 0; i < Buckets; i++)
            {
                sums[i] += _counts[slot][i];
                total += _counts[slot][i];
            }
        }

        var quantiles = new TimeSpan?[parts.Length];
        for (var q = 0; q < parts.Length && total > 0; q++)
        {
            var rank = Math.Max(1, (long)Math.Ceiling(parts[q] * total));
            var bucket = 0;
            for (var seen = sums[0]; seen < rank; seen += sums[bucket])
            {
                bucket++;
            }

            quantiles[q] = TimeSpan.FromMicroseconds(UpperBound(bucket));
        }

        return quantiles;
    }

    /// <summary>The first eight buckets are one microsecond wide; from then on eight share a power of two.</summary>
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

    private long Epoch() => 1 + (time.GetTimestamp() / time.TimestampFrequency / SecondsPerSlot);

    private int[] Present()
    {
        var epoch = Epoch();
        var slot = (int)(epoch % Slots);
        var seen = Volatile.Read(ref _epochs[slot]);
        if (seen != epoch && Interlocked.CompareExchange(ref _epochs[slot], epoch, seen) == seen)
        {
            Array.Clear(_counts[slot]);
        }

        return _counts[slot];
    }
}
