namespace OwlBoard.AppHost.Topology;

/// <summary>
/// The delay before a crashed program is restarted. It doubles with each crash, so that a program that cannot run does not
/// occupy the machine, and is reset once a program has run for <see cref="ResetAfter"/>.
/// </summary>
internal sealed class RestartBackoff(TimeProvider time)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The time after which a running program counts as healthy. Default 10 s.</summary>
    public static readonly TimeSpan ResetAfter = TimeSpan.FromSeconds(10);

    private long _startedAt = time.GetTimestamp();
    private TimeSpan _next = First;

    public void Started() => _startedAt = time.GetTimestamp();

    public TimeSpan NextDelay()
    {
        if (time.GetElapsedTime(_startedAt) >= ResetAfter)
        {
            _next = First;
        }

        var delay = _next;
        _next = delay * 2 < Longest ? delay * 2 : Longest;
        return delay;
    }
}
