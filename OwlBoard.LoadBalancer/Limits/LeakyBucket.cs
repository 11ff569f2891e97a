namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// The parameters of a leaky bucket, in ticks of the injected clock. The state of a bucket is one number, the time at which it
/// will be empty (the generic cell rate algorithm), so an idle client needs no state.
/// </summary>
/// <param name="Interval">The time in which one request leaks out.</param>
/// <param name="Tolerance">The maximum time until empty at which another request fits.</param>
internal readonly record struct LeakyBucket(long Interval, long Tolerance)
{
    public static LeakyBucket Create(double requestsPerSecond, int burst, long ticksPerSecond)
    {
        var interval = Math.Max(1, (long)Math.Round(ticksPerSecond / requestsPerSecond));
        return new LeakyBucket(interval, interval * burst);
    }
}
