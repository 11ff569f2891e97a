namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// The system clock, read once per batch on the threads of a <see cref="SocketLoop"/>, as in nginx's worker processes, and on
/// each call elsewhere. A request reads the clock a dozen times, and each read costs as much as a dictionary lookup. On a
/// loop's thread the time is behind by at most the duration of the current batch.
/// </summary>
internal sealed class LoopTime : TimeProvider
{
    public static readonly LoopTime Instance = new();

    public override DateTimeOffset GetUtcNow() => SocketLoop.Current is { } loop ? loop.UtcNow : base.GetUtcNow();

    public override long GetTimestamp() => SocketLoop.Current is { } loop ? loop.Timestamp : base.GetTimestamp();
}
