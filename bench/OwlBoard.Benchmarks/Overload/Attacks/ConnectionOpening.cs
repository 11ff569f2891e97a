namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>The bytes that are sent on a connection of a <see cref="ConnectionSwarm"/>.</summary>
/// <param name="Bytes">Sent at once.</param>
/// <param name="Trickles">Whether a byte follows every few seconds.</param>
internal sealed record ConnectionOpening(byte[] Bytes, bool Trickles);
