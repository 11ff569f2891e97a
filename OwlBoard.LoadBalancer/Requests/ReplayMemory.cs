namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// The memory for request bodies that are kept for another attempt: at most a sixteenth of the available memory in all. A
/// body that no longer fits is not kept, and its request not retried once a byte of it was sent.
/// </summary>
internal sealed class ReplayMemory(long limit)
{
    private const int Fraction = 16;

    private long _used;

    public ReplayMemory()
        : this(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Fraction)
    {
    }

    /// <summary>Reserves memory.</summary>
    /// <returns>Whether there is enough.</returns>
    public bool TryReserve(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    /// <summary>Gives back what <see cref="TryReserve"/> reserved.</summary>
    public void Release(int bytes) => Interlocked.Add(ref _used, -bytes);
}
