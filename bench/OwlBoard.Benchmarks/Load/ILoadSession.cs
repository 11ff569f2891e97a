namespace OwlBoard.Benchmarks.Load;

/// <summary>The load on one proxy.</summary>
internal interface ILoadSession : IDisposable
{
    /// <summary>The round number of the warm-up, which is not measured.</summary>
    public const int WarmUpRound = -1;

    /// <summary>Sends requests for the given time.</summary>
    /// <param name="duration">The duration.</param>
    /// <param name="round">The round, which seeds all random values, so that they are the same for all peers of a round.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    public Task<LoadResult> RunAsync(TimeSpan duration, int round, CancellationToken cancellationToken);
}
