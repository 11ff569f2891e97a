namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The virtual time of start-time fair queueing (Goyal, Vin and Cheng, 1996): it stands just after the start of the turn
/// that was given last. Whoever was idle or away begins at the present, so nobody saves up turns; and no two turns begin
/// at once, so that among equals the order in which they had their last turns is that of the next.
/// </summary>
internal sealed class VirtualClock
{
    private long _now;

    public long Now => Volatile.Read(ref _now);

    /// <summary>Moves the clock past the start of a turn; it never goes back.</summary>
    public void AdvancePast(long start)
    {
        var now = Now;
        while (start >= now)
        {
            var seen = Interlocked.CompareExchange(ref _now, start + 1, now);
            if (seen == now)
            {
                return;
            }

            now = seen;
        }
    }
}
