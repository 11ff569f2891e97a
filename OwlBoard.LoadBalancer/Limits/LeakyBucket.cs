namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// The size of a bucket and of its leak, in ticks of the injected clock. A bucket's state is the moment at which it will
/// be empty again (the generic cell rate algorithm), which makes it one number and an idle client no different from an
/// unknown one.
/// </summary>
/// <param name="Interval">How long one request takes to leak out.</param>
/// <param name="Tolerance">How full the bucket may be, in time, for one more request to fit.</param>
internal readonly record struct LeakyBucket(long Interval, long Tolerance)
{
    public static LeakyBucket Create(double requestsPerSecond, int burst, long ticksPerSecond)
    {
        var interval = Math.Max(1, (long)Math.Round(ticksPerSecond / requestsPerSecond));
        return new LeakyBucket(interval, interval * burst);
    }
}
