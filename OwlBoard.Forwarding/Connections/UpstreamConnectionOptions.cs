using System.Net.Security;
using OwlBoard.Forwarding.Discovery;

namespace OwlBoard.Forwarding.Connections;

/// <summary>The connections that a proxy keeps to the upstreams of one cluster.</summary>
public sealed class UpstreamConnectionOptions
{
    /// <summary>How long it may take to look an upstream's name up and have a connection accepted. Default 2 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the TLS handshake on it may take, and a request wait for its turn to begin one. Default 10 s: with everything
    /// just started, each side may be busy compiling its code.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>So many unused connections are kept to each upstream; more are closed after use. Default 64.</summary>
    public int IdleConnections { get; init; } = 64;

    /// <summary>An unused connection is closed after this time. Default 60 s: below what servers wait.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>No request begins on a connection that is older. Default: without end.</summary>
    public TimeSpan Lifetime { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>TLS for <c>https</c> upstreams, client certificate included. Default: the system's trust.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>What looks names up. Default: the system's resolver.</summary>
    internal IHostAddresses Hosts { get; init; } = DnsHostAddresses.Instance;
}
