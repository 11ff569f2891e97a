using System.Diagnostics;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>Limits operations to an evenly spaced rate. After a delay, at most the operations of one second are made up for.</summary>
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
