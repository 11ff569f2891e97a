namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>The settings in which the proxy of one case differs from that of another.</summary>
/// <param name="Path">The path that the other clients ask for.</param>
internal sealed record ProxySetup(string Path)
{
    /// <summary>Small responses of a <see cref="Upstreams.NginxUpstream"/> or a <see cref="Processes.StreamingUpstream"/>.</summary>
    public static ProxySetup Default { get; } = new("/api/canvas/small");

    /// <summary>The requests that a client may send in a second; 0 for any number.</summary>
    public int RequestsPerSecond { get; init; }

    /// <summary>The time after which a proxy without health probes tries a failed upstream again.</summary>
    public TimeSpan RetryFailedAfter { get; init; } = TimeSpan.FromSeconds(30);
}
