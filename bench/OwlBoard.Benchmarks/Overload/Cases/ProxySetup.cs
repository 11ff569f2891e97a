namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>The proxy settings that differ between cases.</summary>
/// <param name="Path">The path of the other clients' requests.</param>
internal sealed record ProxySetup(string Path)
{
    /// <summary>A small response of a <see cref="Upstreams.NginxUpstream"/> or a <see cref="Processes.StreamingUpstream"/>.</summary>
    public static ProxySetup Default { get; } = new("/api/canvas/small");

    /// <summary>The rate limit of a client in requests per second; 0 for none.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>The time after which a proxy without health probes retries a failed upstream.</summary>
    public TimeSpan RetryFailedAfter { get; init; } = TimeSpan.FromSeconds(30);
}
