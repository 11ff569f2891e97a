namespace OwlBoard.Forwarding.Sockets;

/// <summary>How far a connection has come, as the kernel counts it (<c>TCP_INFO</c> in <c>tcp(7)</c>).</summary>
/// <param name="Acknowledged">The bytes that the peer's system has acknowledged, in all.</param>
/// <param name="Received">The bytes that came from the peer, in all.</param>
/// <param name="IsAllAcknowledged">Whether the peer's system has everything that was sent.</param>
internal readonly record struct TcpProgress(ulong Acknowledged, ulong Received, bool IsAllAcknowledged);
