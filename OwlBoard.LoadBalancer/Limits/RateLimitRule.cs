namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The limit in force on a path and all below it.</summary>
/// <param name="Path">The path; empty for the rest of all paths.</param>
/// <param name="Bucket">Each client's bucket; <see langword="null"/> without a limit.</param>
/// <param name="Clients">How many clients are remembered.</param>
internal sealed record RateLimitRule(PathString Path, LeakyBucket? Bucket, int Clients)
{
    /// <summary>The clients' buckets. A rule that differs in anything has others.</summary>
    public LeakyBucketTable? Table { get; init; }
}
