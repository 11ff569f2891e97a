using System.Net.Security;
using OwlBoard.Forwarding.Discovery;

namespace OwlBoard.Forwarding.Connections;

/// <summary>Options for the pooled connections to the upstreams of a cluster.</summary>
public sealed class UpstreamConnectionOptions
{
    /// <summary>Gets or sets the maximum time for the name lookup and the TCP connect. Default: 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets the maximum time for the TLS handshake, and separately for the wait until it may begin. Default: 10 s, because right
    /// after a start each side may be busy compiling its code.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the maximum number of idle connections per upstream; further ones are closed after use. Default: 64.</summary>
    public int IdleConnections { get; init; } = 64;

    /// <summary>
    /// Gets or sets the time after which an idle connection is closed. Default: 60 s, below the keep-alive timeout of common servers.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets or sets the age from which a connection is not reused. Default: no limit.</summary>
    public TimeSpan Lifetime { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Gets or sets the TLS options for <c>https</c> upstreams, including the client certificate. Default: the system's trust store.
    /// </summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Gets or sets the resolver of host names. Default: the system's resolver.</summary>
    internal IHostAddresses Hosts { get; init; } = DnsHostAddresses.Instance;
}
