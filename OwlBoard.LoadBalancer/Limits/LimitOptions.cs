using System.ComponentModel.DataAnnotations;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>Limits of requests and connections. Section <c>LoadBalancer:Limits</c>.</summary>
public sealed class LimitOptions
{
    /// <summary>A request's body, in bytes; a larger one is answered with 413. Default 10 MiB (10,485,760).</summary>
    [Range(0.0, 1024.0 * 1024 * 1024 * 1024)]
    public long RequestBodyBytes { get; set; } = RequestLimits.BodyBytes;

    /// <summary>A request's header fields together, in bytes; more are answered with 431. Default 32 KiB (32,768).</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int RequestHeadersBytes { get; set; } = 32 * 1024;

    /// <summary>The number of a request's header fields; more are answered with 431. Default 100.</summary>
    [Range(1, 10_000)]
    public int RequestHeaderCount { get; set; } = 100;

    /// <summary>A request's first line, in bytes; a longer one is answered with 414. Default 8 KiB (8,192).</summary>
    [Range(64, 1024 * 1024)]
    public int RequestLineBytes { get; set; } = 8 * 1024;

    /// <summary>
    /// The bytes per second that a client has to send of a request's body, on average over the time that it is waited for and
    /// after a grace of 30 s; a slower one gets 408. Default 240; 0 for no such limit.
    /// </summary>
    [Range(0, 1024 * 1024 * 1024)]
    public int RequestBodyBytesPerSecond { get; set; } = 240;

    /// <summary>
    /// The limit of clients' connections, WebSockets included, as HAProxy's <c>maxconn</c>. At the limit the connection that
    /// has been idle longest is closed for a new one; if none is idle, the new one is closed. The same number limits concurrent
    /// requests over HTTP/2, of which further ones get 503. Default 0: as many as file descriptors (<c>ulimit -n</c>, less 512,
    /// halved: each may need another one to a gateway) and memory (60 % of what is available, 20 KiB each) allow, and never more.
    /// </summary>
    [Range(0, 10_000_000)]
    public int Connections { get; set; }

    /// <summary>
    /// The limit of one client's connections (an IPv4 address or an IPv6 /64), and of its concurrent requests over HTTP/2.
    /// Trusted proxies are exempt. Default 0: a quarter of <see cref="Connections"/>, at least 16.
    /// </summary>
    [Range(0, 10_000_000)]
    public int ConnectionsPerClient { get; set; }
}
