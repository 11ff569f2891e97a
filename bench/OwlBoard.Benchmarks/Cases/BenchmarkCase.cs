using OwlBoard.Benchmarks.Load;

namespace OwlBoard.Benchmarks.Cases;

/// <summary>A scenario in which the peers are compared.</summary>
/// <param name="Name">The name on the command line and in the chart.</param>
/// <param name="Title">The heading in the report.</param>
/// <param name="Topology">The proxies that a request passes.</param>
/// <param name="Path">The path of the requests.</param>
/// <param name="Load">The load.</param>
internal sealed record BenchmarkCase(string Name, string Title, Topology Topology, string Path, ILoad Load)
{
    /// <summary>Indicates whether the upstreams are WebSockets.</summary>
    public bool IsWebSocket { get; init; }

    /// <summary>Indicates whether the load is also measured without a proxy.</summary>
    public bool WithDirect { get; init; }

    /// <summary>
    /// Indicates whether the proxies' processor is kept from going idle. The time to wake a virtual processor depends on the
    /// host; if requests arrive one at a time it is a fifth of the median, which does not measure the proxies.
    /// </summary>
    public bool KeepsProcessorAwake { get; init; }

    /// <summary>
    /// The factor by which the number of rounds is increased: higher if a few percent matter, and highest if the 99th percentile
    /// is compared, which depends on other activity of the machine and differs between rounds by a factor of five.
    /// </summary>
    public int Repetitions { get; init; } = 1;

    /// <summary>
    /// The number of shorter rounds that each round is divided into. If the host takes the processors away for some
    /// milliseconds, that determines the 99th percentile of a whole round, but affects only a few of many short rounds. Short
    /// rounds also bring the compared measurements closer together in time.
    /// </summary>
    public int Slices { get; init; } = 1;

    /// <summary>All cases, in the order in which they run.</summary>
    public static IReadOnlyList<BenchmarkCase> All { get; } =
    [
        new("small", "Small GET: a reply of 75 bytes", Topology.LoadBalancer, "/api/canvas/small", new ClosedLoop(32)) { Repetitions = 5, Slices = 3 },
        new("10k", "Replies of 10 KB", Topology.LoadBalancer, "/api/canvas/10k", new ClosedLoop(32)),
        new("1m", "Replies of 1 MB", Topology.LoadBalancer, "/api/canvas/1m", new ClosedLoop(16)),
        new("post", "POST of 64 KB", Topology.LoadBalancer, "/api/canvas/post", new ClosedLoop(32, "POST", 64 * 1024)),
        new("tls", "Gateway to services over TLS with a client certificate", Topology.GatewayOverTls, "/api/users/small", new ClosedLoop(32)),
        new("connect", "A new connection for each request", Topology.LoadBalancer, "/api/canvas/small", new ClosedLoop(32, newConnections: true)),
        new("idle", "4,000 mostly idle connections", Topology.LoadBalancer, "/api/canvas/small", new OpenLoop(new HttpExchange(), 2_000, 4_000)),
        new("websockets", "2,000 WebSockets, messages of 64 bytes echoed", Topology.LoadBalancer, "/api/chat/ws",
            new OpenLoop(new WebSocketExchange(), 4_000, 2_000)) { IsWebSocket = true },
        new("chain", "The whole chain: load balancer and gateway", Topology.Chain, "/api/canvas/small", new ClosedLoop(32)),
        new("equal", "Equal load, the same for all", Topology.LoadBalancer, "/api/canvas/small",
            new OpenLoop(new HttpExchange(), 6_000, 64)) { WithDirect = true, KeepsProcessorAwake = true, Repetitions = 8, Slices = 6 },
        new("latency", "Added latency at 1,000 requests/s", Topology.LoadBalancer, "/api/canvas/small",
            new OpenLoop(new HttpExchange(), 1_000, 32)) { WithDirect = true },
    ];
}
