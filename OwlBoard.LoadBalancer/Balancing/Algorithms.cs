namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>The names of the load-balancing algorithms in the configuration and the status.</summary>
internal static class Algorithms
{
    /// <summary>The gateway with the fewest active requests; ties are broken round-robin.</summary>
    public const string LeastConnections = "least_conn";

    /// <summary>Each gateway in turn.</summary>
    public const string RoundRobin = "round_robin";

    /// <summary>The less loaded of two gateways drawn at random.</summary>
    public const string PowerOfTwoChoices = "p2c";

    /// <summary>The same gateway for the same client, header or cookie, unless that gateway is overloaded.</summary>
    public const string ConsistentHash = "consistent_hash";

    public static readonly IReadOnlyList<string> All = [LeastConnections, RoundRobin, PowerOfTwoChoices, ConsistentHash];
}
