using Microsoft.Extensions.Options;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>
/// Limits retries to a fraction of all requests, so that they do not overload a failing cluster: at most
/// <see cref="RetryOptions.BudgetRatio"/> of the requests of the last 10 s, but always
/// <see cref="RetryOptions.BudgetMinimumPerSecond"/>.
/// </summary>
internal sealed class RetryBudget(IOptionsMonitor<RetryOptions> options, TimeProvider time)
{
    private const int Seconds = 10;

    private readonly Slot[] _slots = [.. Enumerable.Range(0, Seconds).Select(_ => new Slot())];

    /// <summary>Counts a client request.</summary>
    public void CountRequest() => Interlocked.Increment(ref CurrentSlot(out _).Requests);

    /// <summary>Takes one retry from the budget.</summary>
    /// <returns><see langword="true"/> if the budget allowed a retry.</returns>
    public bool TryAcquire()
    {
        var settings = options.CurrentValue;
        var current = CurrentSlot(out var second);
        var requests = 0;
        var retries = 0;
        foreach (var slot in _slots)
        {
            if (second - Volatile.Read(ref slot.Second) < Seconds)
            {
                requests += Volatile.Read(ref slot.Requests);
                retries += Volatile.Read(ref slot.Retries);
            }
        }

        if (retries >= requests * settings.BudgetRatio && Volatile.Read(ref current.Retries) >= settings.BudgetMinimumPerSecond)
        {
            return false;
        }

        Interlocked.Increment(ref current.Retries);
        return true;
    }

    private Slot CurrentSlot(out long second)
    {
        second = time.GetTimestamp() / time.TimestampFrequency;
        var slot = _slots[second % Seconds];
        var seen = Volatile.Read(ref slot.Second);
        if (seen != second && Interlocked.CompareExchange(ref slot.Second, second, seen) == seen)
        {
            // A few concurrent counts may be lost here; a lock would cost every request.
            Volatile.Write(ref slot.Requests, 0);
            Volatile.Write(ref slot.Retries, 0);
        }

        return slot;
    }

    private sealed class Slot
    {
        public long Second = long.MinValue / 2;
        public int Requests;
        public int Retries;
    }
}
