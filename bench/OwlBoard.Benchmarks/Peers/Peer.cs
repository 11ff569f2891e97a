using OwlBoard.Benchmarks.Processes;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>A proxy that is compared with the others.</summary>
/// <param name="name">The name on the command line and in the results.</param>
internal abstract class Peer(string name)
{
    /// <summary>The name of nginx, the reference of the comparison.</summary>
    public const string Nginx = "nginx";

    /// <summary>The name of YARP with its defaults.</summary>
    public const string StockYarp = "yarp";

    /// <summary>The name of OwlBoard with its defaults.</summary>
    public const string OwlBoard = "owlboard";

    /// <summary>All peers.</summary>
    public static IReadOnlyList<Peer> All { get; } =
    [
        new NginxPeer(Nginx),
        new HAProxyPeer("haproxy"),
        new StockYarpPeer(StockYarp),
        new OwlBoardPeer(OwlBoard),
    ];

    public string Name { get; } = name;

    /// <summary>Indicates whether the peer has a JIT compiler and needs a longer warm-up.</summary>
    public abstract bool NeedsWarmUp { get; }

    /// <summary>
    /// The response headers that the peer adds as a load balancer. They are verified before the measurement, because a peer
    /// with fewer features would not be comparable.
    /// </summary>
    public virtual IReadOnlyList<string> AddedHeaders { get; } =
        ["X-Load-Balancer", "X-Upstream-Server", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"];

    /// <summary>Starts the proxy.</summary>
    public abstract PinnedProcess Start(ProxyPlan plan);
}
