using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Upstream;

/// <summary>
/// The connections to the services: a pool a cluster. The one place that knows a connection's cluster and its TLS
/// options (<see cref="SocketsHttpHandler.SslOptions"/>).
/// </summary>
internal sealed class ServiceHttpClientFactory(
    IOptions<GatewayOptions> options, ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    /// <summary>Below the 130 s after which a service closes an idle connection, so that it is never ours to lose.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>A name is looked up for new connections only: an old one must not outlive a move by more than this.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionIdleTimeout = IdleTimeout;
        handler.PooledConnectionLifetime = Lifetime;
    }
}
