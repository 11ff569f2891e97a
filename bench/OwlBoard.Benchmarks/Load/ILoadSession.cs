namespace OwlBoard.Benchmarks.Load;

/// <summary>Load on one proxy.</summary>
internal interface ILoadSession : IDisposable
{
    /// <summary>Sends requests for the given time. Once.</summary>
    public Task<LoadResult> RunAsync(TimeSpan duration, CancellationToken cancellationToken);
}
