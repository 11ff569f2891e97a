namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// The memory for request bodies that are buffered for retries: in total at most a sixteenth of the available memory. A request
/// whose body does not fit is not retried once a byte of the body was sent.
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
    /// <returns><see langword="true"/> if there was enough.</returns>
    public bool TryReserve(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    /// <summary>Releases memory that <see cref="TryReserve"/> reserved.</summary>
    public void Release(int bytes) => Interlocked.Add(ref _used, -bytes);
}
