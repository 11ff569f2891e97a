namespace OwlBoard.Benchmarks.Load;

/// <summary>Load on one proxy.</summary>
internal interface ILoadSession : IDisposable
{
    /// <summary>The round of what is not measured.</summary>
    public const int WarmUpRound = -1;

    /// <summary>Sends requests for the given time. Once.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="round">Whatever is random in them is so by the round, and the same for all that are measured in it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<LoadResult> RunAsync(TimeSpan duration, int round, CancellationToken cancellationToken);
}
