using System.Net.Security;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Gateway.Configuration;
using OwlBoard.Gateway.Routing;
using OwlBoard.ServiceDefaults.MutualTls;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Upstream;

/// <summary>
/// Creates the clients for the services, each with a connection pool per cluster. Connections to an <c>https</c> address use
/// mutual TLS; the service's certificate must be for its resource name, wherever the service runs.
/// </summary>
internal sealed class ServiceHttpClientFactory(
    IOptions<GatewayOptions> options,
    MutualTlsCertificates certificates,
    SocketLoops loops,
    ForwardingMetrics metrics,
    TimeProvider time,
    ILogger<ForwarderHttpClientFactory> logger) : UpstreamClientFactory(loops, metrics, time, logger)
{
    /// <summary>The idle timeout, below the 130 s of the services, so that no request meets a connection that they close.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The maximum age of a connection. Names are resolved and certificates are checked for new connections only, so this
    /// bounds the use of an old address or certificate.
    /// </summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    protected override UpstreamConnectionOptions CreateOptions(ForwarderHttpClientContext context) => new()
    {
        ConnectTimeout = options.Value.ConnectTimeout,
        IdleTimeout = IdleTimeout,
        Lifetime = Lifetime,
        Tls = CreateTlsOptions(context),
    };

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionIdleTimeout = IdleTimeout;
        handler.PooledConnectionLifetime = Lifetime;
        handler.SslOptions = CreateTlsOptions(context);
    }

    private SslClientAuthenticationOptions CreateTlsOptions(ForwarderHttpClientContext context) => MutualTlsClient.CreateOptions(
        context.NewMetadata![ServiceRoutes.ServiceMetadata], () => certificates.Current, Time);
}
