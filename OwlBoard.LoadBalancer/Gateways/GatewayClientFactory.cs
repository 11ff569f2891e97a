using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>Creates the HTTP client for the gateways, with the configured connect and idle timeouts.</summary>
internal sealed class GatewayClientFactory(SocketLoops loops, ForwardingMetrics metrics, TimeProvider time, ILogger<ForwarderHttpClientFactory> logger)
    : UpstreamClientFactory(loops, metrics, time, logger)
{
    public const string ConnectTimeoutKey = "ConnectTimeout";
    public const string IdleTimeoutKey = "IdleTimeout";
    public const string IdleConnectionsKey = "IdleConnections";

    private static readonly string[] Settings = [ConnectTimeoutKey, IdleTimeoutKey, IdleConnectionsKey];

    protected override UpstreamConnectionOptions CreateOptions(ForwarderHttpClientContext context) => new()
    {
        ConnectTimeout = Duration(context, ConnectTimeoutKey),
        IdleConnections = int.Parse(context.NewMetadata![IdleConnectionsKey], CultureInfo.InvariantCulture),
        IdleTimeout = Duration(context, IdleTimeoutKey),
    };

    protected override bool CanReuseOldClient(ForwarderHttpClientContext context) =>
        base.CanReuseOldClient(context)
        && Settings.All(key => context.OldMetadata?.GetValueOrDefault(key) == context.NewMetadata?.GetValueOrDefault(key));

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        var connectTimeout = Duration(context, ConnectTimeoutKey);
        // No lifetime limit: when a name resolves to another address, service discovery changes YARP's destination.
        handler.PooledConnectionLifetime = Timeout.InfiniteTimeSpan;
        handler.PooledConnectionIdleTimeout = Duration(context, IdleTimeoutKey);
        handler.ConnectCallback = (connection, cancellationToken) => ConnectAsync(connection, connectTimeout, cancellationToken);
    }

    /// <summary>
    /// Connects with a timeout that is reported as a connect error. SocketsHttpHandler's own timeout is a cancellation,
    /// indistinguishable from a response timeout; only after a failed connect can a POST be retried on another gateway.
    /// </summary>
    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext connection, TimeSpan connectTimeout, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timeout = new CancellationTokenSource(connectTimeout, Time);
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
                CultureInfo.InvariantCulture, $"Connecting to {connection.DnsEndPoint} timed out after {connectTimeout.TotalSeconds:0.###} s."));
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
