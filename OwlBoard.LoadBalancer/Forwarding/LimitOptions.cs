using System.ComponentModel.DataAnnotations;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>How large a request may be, and how many connections there may be. Section <c>LoadBalancer:Limits</c>.</summary>
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
    /// Clients' connections at the same time, WebSockets among them; more are closed at once, as by HAProxy's <c>maxconn</c>.
    /// There may be as many requests, each with a connection to a gateway; more, over HTTP/2, are answered with 503.
    /// Default 0: as many as the process's file descriptors allow (<c>ulimit -n</c>, less 512, halved: each may need another
    /// one to a gateway), and never more than that.
    /// </summary>
    [Range(0, 10_000_000)]
    public int Connections { get; set; }
}
