namespace OwlBoard.Forwarding.Transport;

/// <summary>The progress of a connection as counted by the kernel (<c>TCP_INFO</c> in <c>tcp(7)</c>).</summary>
/// <param name="Acknowledged">The total number of bytes that the peer's system has acknowledged.</param>
/// <param name="Received">The total number of bytes received from the peer.</param>
/// <param name="IsAllAcknowledged">Indicates whether the peer's system has acknowledged everything that was sent.</param>
internal readonly record struct TcpProgress(ulong Acknowledged, ulong Received, bool IsAllAcknowledged);
