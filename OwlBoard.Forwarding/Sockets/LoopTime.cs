namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// The system's time, read once for a batch of a <see cref="SocketLoop"/> and by everybody else each time, as nginx's worker
/// processes do: a request asks for it a dozen times, and each time costs as much as a look into a dictionary. A time of
/// day or timestamp is too early by at most what its batch has taken so far.
/// </summary>
internal sealed class LoopTime : TimeProvider
{
    public static readonly LoopTime Instance = new();

    public override DateTimeOffset GetUtcNow() => SocketLoop.Current is { } loop ? loop.UtcNow : base.GetUtcNow();

    public override long GetTimestamp() => SocketLoop.Current is { } loop ? loop.Timestamp : base.GetTimestamp();
}
