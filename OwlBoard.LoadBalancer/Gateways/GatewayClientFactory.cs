using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Sockets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>Makes the client that talks to the gateways, with the configured connect and idle times.</summary>
internal sealed class GatewayClientFactory(SocketLoops loops, ForwardingMetrics metrics, TimeProvider time, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger), IForwarderHttpClientFactory
{
    public const string ConnectTimeoutKey = "ConnectTimeout";
    public const string IdleTimeoutKey = "IdleTimeout";
    public const string IdleConnectionsKey = "IdleConnections";

    private static readonly string[] Settings = [ConnectTimeoutKey, IdleTimeoutKey, IdleConnectionsKey];

    HttpMessageInvoker IForwarderHttpClientFactory.CreateClient(ForwarderHttpClientContext context)
    {
        var client = CreateClient(context);
        return client is UpstreamClient
            ? client
            : new UpstreamClient(
                client,
                loops,
                new UpstreamConnectionOptions
                {
                    ConnectTimeout = Duration(context, ConnectTimeoutKey),
                    IdleConnections = int.Parse(context.NewMetadata![IdleConnectionsKey], CultureInfo.InvariantCulture),
                    IdleTimeout = Duration(context, IdleTimeoutKey),
                },
                metrics,
                time);
    }

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context)
        && Settings.All(key => context.OldMetadata?.GetValueOrDefault(key) == context.NewMetadata?.GetValueOrDefault(key));

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        var connectTimeout = Duration(context, ConnectTimeoutKey);
        // As Kestrel reads them. By default anything beyond ASCII is an error, which would count against the gateway.
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        // The name may come to mean another address; service discovery says so, and then YARP's destination changes.
        handler.PooledConnectionLifetime = Timeout.InfiniteTimeSpan;
        handler.PooledConnectionIdleTimeout = Duration(context, IdleTimeoutKey);
        handler.ConnectCallback = (connection, cancellationToken) => ConnectAsync(connection, connectTimeout, cancellationToken);
    }

    /// <summary>
    /// Connects with a time limit that ends in a connect error. SocketsHttpHandler's own limit ends in a cancellation,
    /// which cannot be told from a response that did not come; after a failed connect, even a POST may be sent elsewhere.
    /// </summary>
    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext connection, TimeSpan connectTimeout, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timeout = new CancellationTokenSource(connectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await socket.ConnectByNameAsync(connection.DnsEndPoint, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException(string.Create(
                CultureInfo.InvariantCulture, $"No connection to {connection.DnsEndPoint} within {connectTimeout.TotalSeconds:0.###} s."));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static TimeSpan Duration(ForwarderHttpClientContext context, string key) =>
        TimeSpan.Parse(context.NewMetadata![key], CultureInfo.InvariantCulture);
}
