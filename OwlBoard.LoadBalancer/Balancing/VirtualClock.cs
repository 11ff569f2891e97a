namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The virtual clock of start-time fair queueing (Goyal, Vin and Cheng, 1996). Its time is just after the start of the
/// last assigned turn. The next turn of an idle or returning gateway starts now, so gateways do not accumulate turns. No
/// two turns start at the same time, so gateways of equal load keep the order of their last turns.
/// </summary>
internal sealed class VirtualClock
{
    private long _now;

    public long Now => Volatile.Read(ref _now);

    /// <summary>Advances the clock past the start of a turn; it never moves backwards.</summary>
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
