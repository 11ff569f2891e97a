namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// Counts the bytes of responses that wait for clients which do not read. The more there are, in relation to the available
/// memory, the smaller are the blocks in which further bodies are received: any number of slow clients holds little, and few
/// slow clients cost no speed.
/// </summary>
/// <param name="availableMemory">The memory that is available to the process, in bytes.</param>
public sealed class SendBacklog(long availableMemory)
{
    private const int LargeBlock = 64 * 1024;
    private const int MediumBlock = 16 * 1024;
    private const int SmallBlock = 4 * 1024;

    /// <summary>The part of the memory from which on blocks are medium.</summary>
    private const int MediumFraction = 24;

    /// <summary>The part of the memory from which on blocks are small.</summary>
    private const int SmallFraction = 8;

    private readonly long _mediumFrom = availableMemory / MediumFraction;
    private readonly long _smallFrom = availableMemory / SmallFraction;
    private long _bytes;

    /// <summary>Creates the count for the memory that the runtime may use.</summary>
    public SendBacklog()
        : this(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
    {
    }

    /// <summary>Gets the bytes that wait.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Gets how many bytes of a body are received at once: 64 KiB, 16 KiB or 4 KiB.</summary>
    public int BlockBytes
    {
        get
        {
            var bytes = Bytes;
            return bytes < _mediumFrom ? LargeBlock : bytes < _smallFrom ? MediumBlock : SmallBlock;
        }
    }

    /// <summary>Adds bytes that begin to wait, or removes them with a negative number.</summary>
    /// <param name="bytes">The number of bytes.</param>
    public void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);
}
