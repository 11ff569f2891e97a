using System.Net.Security;
using System.Text;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Sockets;
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
    SocketLoops loops,
    ForwardingMetrics metrics,
    TimeProvider time,
    ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger), IForwarderHttpClientFactory
{
    /// <summary>Below the 130 s after which a service closes an idle connection, so that it is never ours to lose.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A name is looked up and a certificate is judged for new connections only: an old one must not outlive a move or a
    /// renewal by more than this.
    /// </summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    HttpMessageInvoker IForwarderHttpClientFactory.CreateClient(ForwarderHttpClientContext context)
    {
        var client = CreateClient(context);
        return options.Value.Forwarder == Forwarders.Yarp || client is UpstreamClient
            ? client
            : new UpstreamClient(
                client,
                loops,
                new UpstreamConnectionOptions
                {
                    ConnectTimeout = options.Value.ConnectTimeout,
                    IdleTimeout = IdleTimeout,
                    Lifetime = Lifetime,
                    Tls = CreateTlsOptions(context),
                },
                metrics,
                time);
    }

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        // As Kestrel reads them. By default anything beyond ASCII is an error.
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionIdleTimeout = IdleTimeout;
        handler.PooledConnectionLifetime = Lifetime;
        handler.SslOptions = CreateTlsOptions(context);
    }

    private SslClientAuthenticationOptions CreateTlsOptions(ForwarderHttpClientContext context) => MutualTlsClient.CreateOptions(
        context.NewMetadata![ServiceRoutes.ServiceMetadata], () => certificates.Current, time);
}
