namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A sink that blocks whoever writes to it, as a pipe does that nobody reads, until it is released.</summary>
internal sealed class StuckStream : MemoryStream
{
    private readonly ManualResetEventSlim _released = new();

    /// <summary>Set when somebody is stuck.</summary>
    public ManualResetEventSlim Reached { get; } = new();

    public void Release() => _released.Set();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Reached.Set();
        _released.Wait();
        base.Write(buffer);
    }
}
