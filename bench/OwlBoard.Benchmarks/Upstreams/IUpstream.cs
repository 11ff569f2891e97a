namespace OwlBoard.Benchmarks.Upstreams;

/// <summary>The servers that the proxies send requests to, on the processor of the load.</summary>
internal interface IUpstream : IAsyncDisposable
{
    /// <summary>Their ports on 127.0.0.1.</summary>
    public IReadOnlyList<int> Ports { get; }
}
