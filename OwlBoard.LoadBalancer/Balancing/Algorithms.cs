namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>The names under which the algorithms are configured and shown.</summary>
internal static class Algorithms
{
    /// <summary>The fewest active requests, ties in turn.</summary>
    public const string LeastConnections = "least_conn";

    public static readonly IReadOnlyList<string> All = [LeastConnections];
}
