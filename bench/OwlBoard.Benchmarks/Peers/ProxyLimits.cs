namespace OwlBoard.Benchmarks.Peers;

/// <summary>The limits of a proxy under attack.</summary>
/// <param name="Connections">The most connections of clients; there may be as many to upstreams.</param>
/// <param name="HeapBytes">The most that a managed heap may hold; the others have none.</param>
/// <param name="RetryFailedAfter">The time after which a proxy without health probes tries a failed upstream again.</param>
internal sealed record ProxyLimits(int Connections, long HeapBytes, TimeSpan RetryFailedAfter);
