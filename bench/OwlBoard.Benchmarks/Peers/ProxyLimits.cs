namespace OwlBoard.Benchmarks.Peers;

/// <summary>The limits of a proxy under attack.</summary>
/// <param name="Connections">The maximum number of client connections, and of upstream connections.</param>
/// <param name="HeapBytes">The limit of the managed heap. The other proxies have none.</param>
/// <param name="RetryFailedAfter">The time after which a proxy without health probes retries a failed upstream.</param>
/// <param name="RequestsPerSecond">OwlBoard's rate limit per client in requests per second; 0 for none.</param>
internal sealed record ProxyLimits(int Connections, long HeapBytes, TimeSpan RetryFailedAfter, int RequestsPerSecond);
