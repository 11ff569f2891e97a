namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The virtual time of start-time fair queueing (Goyal, Vin and Cheng, 1996): it stands at the start of the turn that
/// was given last. Whoever was idle or away begins at the present, so nobody saves up turns.
/// </summary>
internal sealed class VirtualClock
{
    private long _now;

    public long Now => Volatile.Read(ref _now);

    /// <summary>Moves the clock on; it never goes back.</summary>
    public void AdvanceTo(long start)
    {
        var now = Now;
        while (start > now)
        {
            var seen = Interlocked.CompareExchange(ref _now, start, now);
            if (seen == now)
            {
                return;
            }

            now = seen;
        }
    }
}
