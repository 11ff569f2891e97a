namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>
/// How long to wait before a crashed process is started again: at first hardly, then twice as long each time, so that a
/// program that cannot run does not keep the machine busy. One that ran for a while starts from the beginning.
/// </summary>
internal sealed class RestartBackoff(TimeProvider time)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>A process that ran this long counts as having worked.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private long _startedAt = time.GetTimestamp();
    private TimeSpan _next = First;

    public void Started() => _startedAt = time.GetTimestamp();

    public TimeSpan NextDelay()
    {
        if (time.GetElapsedTime(_startedAt) >= Settled)
        {
            _next = First;
        }

        var delay = _next;
        _next = delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }
}
