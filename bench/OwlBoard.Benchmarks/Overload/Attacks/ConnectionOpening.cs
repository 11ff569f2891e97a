namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>The bytes that are sent on a connection of a <see cref="ConnectionSwarm"/>.</summary>
/// <param name="Bytes">The bytes that are sent immediately.</param>
/// <param name="Trickles">Indicates whether one more byte follows every few seconds.</param>
internal sealed record ConnectionOpening(byte[] Bytes, bool Trickles);
