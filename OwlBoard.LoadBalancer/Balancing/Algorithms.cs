namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>The names under which the algorithms are configured and shown.</summary>
internal static class Algorithms
{
    /// <summary>The fewest active requests, ties in turn.</summary>
    public const string LeastConnections = "least_conn";

    /// <summary>Each in turn.</summary>
    public const string RoundRobin = "round_robin";

    /// <summary>The less loaded of two drawn at random.</summary>
    public const string PowerOfTwoChoices = "p2c";

    /// <summary>The same client, header or cookie to the same gateway, as long as that is not overloaded.</summary>
    public const string ConsistentHash = "consistent_hash";

    public static readonly IReadOnlyList<string> All = [LeastConnections, RoundRobin, PowerOfTwoChoices, ConsistentHash];
}
