using OwlBoard.Benchmarks.Load;

namespace OwlBoard.Benchmarks.Cases;

/// <summary>One thing that is compared.</summary>
/// <param name="Name">Its name on the command line and in the picture.</param>
/// <param name="Title">What it is.</param>
/// <param name="Topology">Which proxies a request passes.</param>
/// <param name="Path">The path that is asked for.</param>
/// <param name="Load">How.</param>
internal sealed record BenchmarkCase(string Name, string Title, Topology Topology, string Path, ILoad Load)
{
    /// <summary>Whether the upstreams are WebSockets.</summary>
    public bool IsWebSocket { get; init; }

    /// <summary>Whether the same is also measured without any proxy.</summary>
    public bool WithDirect { get; init; }

    /// <summary>
    /// Whether the proxies' processor is kept from going idle. To wake a virtual machine's takes as long as the machine
    /// under it takes: where requests come one by one that is a fifth of the median, and who is compared is not the proxies.
    /// </summary>
    public bool KeepsProcessorAwake { get; init; }

    /// <summary>
    /// How many times as often as the others it is measured: more where a few per cent matter, and most where the slowest
    /// hundredth is compared, which depends on what else the machine does. Single rounds of that differ by a factor of five.
    /// </summary>
    public int Repetitions { get; init; } = 1;

    /// <summary>
    /// Into how many shorter rounds each round is divided. A machine under this one that takes the processors away for some
    /// milliseconds decides the slowest hundredth of a whole round; of short ones it leaves many alone, and the two that are
    /// compared are closer in time.
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
