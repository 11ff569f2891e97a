namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The rate limit in force for a path and all paths below it.</summary>
/// <param name="Path">The path; empty for all other paths.</param>
/// <param name="Bucket">The parameters of each client's bucket; <see langword="null"/> without a limit.</param>
/// <param name="Clients">The maximum number of clients in the table.</param>
internal sealed record RateLimitRule(PathString Path, LeakyBucket? Bucket, int Clients)
{
    /// <summary>The clients' buckets. An unchanged rule keeps its table when the options are reloaded.</summary>
    public LeakyBucketTable? Table { get; init; }
}
