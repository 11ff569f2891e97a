namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// Counts the response bytes that wait for clients which do not read. The larger the backlog is in relation to the available
/// memory, the smaller are the blocks in which bodies are received: many slow clients hold little memory, and a few do not
/// reduce the throughput.
/// </summary>
/// <param name="availableMemory">The memory that is available to the process, in bytes.</param>
public sealed class SendBacklog(long availableMemory)
{
    private const int LargeBlock = 64 * 1024;
    private const int MediumBlock = 16 * 1024;
    private const int SmallBlock = 4 * 1024;

    /// <summary>The fraction of the memory from which blocks are medium.</summary>
    private const int MediumFraction = 24;

    /// <summary>The fraction of the memory from which blocks are small.</summary>
    private const int SmallFraction = 8;

    private readonly long _mediumFrom = availableMemory / MediumFraction;
    private readonly long _smallFrom = availableMemory / SmallFraction;
    private long _bytes;

    /// <summary>Initializes the counter for the memory available to the runtime.</summary>
    public SendBacklog()
        : this(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
    {
    }

    /// <summary>The number of waiting bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The number of body bytes to receive at once: 64 KiB, 16 KiB or 4 KiB.</summary>
    public int BlockBytes
    {
        get
        {
            var bytes = Bytes;
            return bytes < _mediumFrom ? LargeBlock : bytes < _smallFrom ? MediumBlock : SmallBlock;
        }
    }

    /// <summary>Adds waiting bytes, or removes them with a negative number.</summary>
    /// <param name="bytes">The number of bytes.</param>
    public void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);
}
