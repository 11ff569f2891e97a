namespace OwlBoard.Benchmarks.Peers;

/// <summary>The limits of a proxy under attack.</summary>
/// <param name="Connections">The most connections of clients; there may be as many to upstreams.</param>
/// <param name="HeapBytes">The most that a managed heap may hold; the others have none.</param>
/// <param name="RetryFailedAfter">The time after which a proxy without health probes tries a failed upstream again.</param>
/// <param name="RequestsPerSecond">The requests that OwlBoard accepts of a client in a second; 0 for any number.</param>
internal sealed record ProxyLimits(int Connections, long HeapBytes, TimeSpan RetryFailedAfter, int RequestsPerSecond);
