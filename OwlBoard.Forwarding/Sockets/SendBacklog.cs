namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// Counts the bytes of responses that wait for clients which do not read. The more there are, the smaller are the blocks in
/// which further bodies are received: any number of slow clients holds some 90 MB at most for 10,000 of them, and few slow
/// clients cost no speed.
/// </summary>
public sealed class SendBacklog
{
    private const int LargeBlock = 64 * 1024;
    private const int MediumBlock = 16 * 1024;
    private const int SmallBlock = 4 * 1024;

    /// <summary>The backlog from which blocks are medium.</summary>
    private const long MediumFrom = 16 * 1024 * 1024;

    /// <summary>The backlog from which blocks are small.</summary>
    private const long SmallFrom = 48 * 1024 * 1024;

    private long _bytes;

    /// <summary>Gets the bytes that wait.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Gets how many bytes of a body are received at once: 64 KiB, 16 KiB or 4 KiB.</summary>
    public int BlockBytes => Bytes switch
    {
        < MediumFrom => LargeBlock,
        < SmallFrom => MediumBlock,
        _ => SmallBlock,
    };

    /// <summary>Adds bytes that begin to wait, or removes them with a negative number.</summary>
    /// <param name="bytes">The number of bytes.</param>
    public void Add(int bytes) => Interlocked.Add(ref _bytes, bytes);
}
