using Microsoft.Extensions.Options;
using OwlBoard.Gateway.Routing;
using OwlBoard.ServiceDefaults.MutualTls;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Upstream;

/// <summary>
/// The connections to the services: a pool a cluster. Those to an <c>https</c> address are mutual TLS, and the service has
/// to prove the name that it goes by here, wherever it is found.
/// </summary>
internal sealed class ServiceHttpClientFactory(
    IOptions<GatewayOptions> options,
    MutualTlsCertificates certificates,
    TimeProvider time,
    ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    /// <summary>Below the 130 s after which a service closes an idle connection, so that it is never ours to lose.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A name is looked up and a certificate is judged for new connections only: an old one must not outlive a move or a
    /// renewal by more than this.
    /// </summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionIdleTimeout = IdleTimeout;
        handler.PooledConnectionLifetime = Lifetime;
        handler.SslOptions = MutualTlsClient.CreateOptions(
            context.NewMetadata![ServiceRoutes.ServiceMetadata], () => certificates.Current, time);
    }
}
