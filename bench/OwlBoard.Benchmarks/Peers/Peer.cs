using OwlBoard.Benchmarks.Processes;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>A proxy that is compared with the others.</summary>
/// <param name="name">What it is called on the command line and in the results.</param>
internal abstract class Peer(string name)
{
    /// <summary>The name of the one that all are compared with.</summary>
    public const string Nginx = "nginx";

    /// <summary>The name of YARP as it comes.</summary>
    public const string StockYarp = "yarp";

    /// <summary>The name of OwlBoard as it comes.</summary>
    public const string OwlBoard = "owlboard";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Peer> All { get; } =
    [
        new NginxPeer(Nginx),
        new HAProxyPeer("haproxy"),
        new StockYarpPeer(StockYarp),
        new OwlBoardPeer(OwlBoard),
    ];

    public string Name { get; } = name;

    /// <summary>Whether it compiles itself while it runs, and gets faster by that.</summary>
    public abstract bool NeedsWarmUp { get; }

    /// <summary>
    /// Response headers that it adds as a load balancer. They are asked for before anything is measured: a peer that does
    /// less than the others would be no comparison.
    /// </summary>
    public virtual IReadOnlyList<string> AddedHeaders { get; } =
        ["X-Load-Balancer", "X-Upstream-Server", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"];

    /// <summary>Starts it.</summary>
    public abstract PinnedProcess Start(ProxyPlan plan);
}
