namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A sink that blocks each writer until it is released, like a pipe without a reader.</summary>
internal sealed class StuckStream : MemoryStream
{
    private readonly ManualResetEventSlim _released = new();

    /// <summary>The event that is set when a writer is blocked.</summary>
    public ManualResetEventSlim Reached { get; } = new();

    public void Release() => _released.Set();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Reached.Set();
        _released.Wait();
        base.Write(buffer);
    }
}
