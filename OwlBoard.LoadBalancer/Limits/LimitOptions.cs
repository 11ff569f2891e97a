using System.ComponentModel.DataAnnotations;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The limits of requests and connections. Section <c>LoadBalancer:Limits</c>.</summary>
internal sealed class LimitOptions
{
    /// <summary>The maximum size of a request's body, in bytes; a larger body gets 413. Default 10 MiB (10,485,760).</summary>
    [Range(0.0, 1024.0 * 1024 * 1024 * 1024)]
    public long RequestBodyBytes { get; set; } = RequestLimits.BodyBytes;

    /// <summary>The maximum total size of a request's header fields, in bytes; more get 431. Default 32 KiB (32,768).</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int RequestHeadersBytes { get; set; } = 32 * 1024;

    /// <summary>The maximum number of a request's header fields; more get 431. Default 100.</summary>
    [Range(1, 10_000)]
    public int RequestHeaderCount { get; set; } = 100;

    /// <summary>The maximum length of the request line, in bytes; a longer one gets 414. Default 8 KiB (8,192).</summary>
    [Range(64, 1024 * 1024)]
    public int RequestLineBytes { get; set; } = 8 * 1024;

    /// <summary>
    /// The minimum average rate at which a client has to send a request's body, in bytes per second. Only time spent waiting for
    /// the client counts, after a grace period of 30 s; a slower client gets 408. Default 240; 0 disables the limit.
    /// </summary>
    [Range(0, 1024 * 1024 * 1024)]
    public int RequestBodyBytesPerSecond { get; set; } = 240;

    /// <summary>
    /// The limit of client connections, WebSockets included, as HAProxy's <c>maxconn</c>. At the limit, a new connection replaces
    /// the one that has been idle longest; if none is idle, the new one is closed. The same limit applies to concurrent HTTP/2
    /// requests; further ones get 503. Default 0: what file descriptors (<c>ulimit -n</c>, less 512, halved, since each connection
    /// may need an upstream connection) and memory (60 % of the available memory, 20 KiB each) allow. A configured limit is
    /// capped at that value.
    /// </summary>
    [Range(0, 10_000_000)]
    public int Connections { get; set; }

    /// <summary>
    /// The limit of one client's connections (an IPv4 address or an IPv6 /64), and of its concurrent HTTP/2 requests.
    /// Trusted proxies are exempt. Default 0: a quarter of <see cref="Connections"/>, at least 16.
    /// </summary>
    [Range(0, 10_000_000)]
    public int ConnectionsPerClient { get; set; }
}
