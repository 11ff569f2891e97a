using System.Diagnostics;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Lets through so many a second, evenly spaced. Who comes late does not get more than a second's number at once.</summary>
internal sealed class Pace(int perSecond)
{
    private readonly long _interval = Stopwatch.Frequency / perSecond;
    private readonly Lock _lock = new();
    private long _next = Stopwatch.GetTimestamp();

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        long due;
        lock (_lock)
        {
            due = Math.Max(_next, Stopwatch.GetTimestamp() - Stopwatch.Frequency);
            _next = due + _interval;
        }

        var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
        return wait < TimeSpan.FromMilliseconds(1) ? Task.CompletedTask : Task.Delay(wait, cancellationToken);
    }
}
