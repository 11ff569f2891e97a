namespace OwlBoard.Benchmarks.Upstreams;

/// <summary>The upstreams of the proxies, on the processor of the load.</summary>
internal interface IUpstream : IAsyncDisposable
{
    /// <summary>The ports on 127.0.0.1.</summary>
    public IReadOnlyList<int> Ports { get; }
}
