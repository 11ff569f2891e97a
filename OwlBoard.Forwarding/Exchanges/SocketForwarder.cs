using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Forwarding.WebSockets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Forwards requests over pooled sockets to the HTTP/1.1 upstreams of clusters whose client is an
/// <see cref="UpstreamClient"/>, and all other requests with YARP's own forwarder. The request is serialized from Kestrel's
/// parsed request, and the response is parsed into Kestrel's response: no raw bytes pass through, and a message that two
/// parsers could read differently is refused.
/// </summary>
internal sealed partial class SocketForwarder(
    IHttpForwarder other,
    IEnumerable<IExchangeTransform> transforms,
    IOptionsMonitor<WebSocketRelayOptions> webSockets,
    ForwardingMetrics metrics,
    ClientLimits clients,
    TimeProvider time,
    ILogger<SocketForwarder> logger) : IHttpForwarder, IUpstreamForwarder
{
    /// <summary>The maximum size of a response head in bytes; SocketsHttpHandler's default.</summary>
    public const int MaxHeadBytes = 64 * 1024;

    /// <summary>The maximum number of interim (1xx) responses before the final response.</summary>
    public const int MaxInterimResponses = 16;

    /// <summary>
    /// The delay before a stream with a truncated response is reset. A reset makes Kestrel drop the data that it has not
    /// written, and Kestrel does not signal when it has written everything.
    /// </summary>
    private static readonly TimeSpan ResetDelay = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    private readonly IExchangeTransform[] _transforms = [.. transforms];

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer) =>
        SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, CancellationToken.None);

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        if (httpClient is not UpstreamClient || HttpMethods.IsConnect(context.Request.Method))
        {
            return SendOverYarpAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
        }

        var limits = new ExchangeLimits(requestConfig.ActivityTimeout ?? DefaultTimeout, ClientDisconnected(context), cancellationToken);
        return SendAndCopyAsync(context, destinationPrefix, httpClient, requestConfig, transformer, limits);
    }

    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        UpstreamExchange exchange,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        ExchangeLimits limits)
    {
        if (httpClient is not UpstreamClient client || HttpMethods.IsConnect(context.Request.Method))
        {
            return SendOverYarpAsync(context, destinationPrefix, httpClient, requestConfig, transformer, limits.Cancellation);
        }

        if (context.Response.HasStarted)
        {
            throw new InvalidOperationException("The request cannot be forwarded: its response has started.");
        }

        var pool = client.PoolFor(destinationPrefix);
        return ForwardingTracing.HasListeners
            ? SendTracedAsync(context, exchange, pool, limits)
            : SendCoreAsync(context, exchange, pool, limits);
    }

    public ValueTask<ForwarderError> CopyAsync(HttpContext context, UpstreamExchange exchange) =>
        exchange.Trace is null ? CopyCoreAsync(context, exchange) : CopyTracedAsync(context, exchange, exchange.Trace);

    public async ValueTask DiscardAsync(HttpContext context, UpstreamExchange exchange)
    {
        var (connection, sender, trace) = (exchange.Connection!, exchange.Sender, exchange.Trace);
        exchange.Clear();
        await DropAsync(connection, sender, exchange.Framing);
        sender?.Dispose();
        trace?.End(context, ForwarderError.None, metrics);
    }

    /// <summary>
    /// Forwards by YARP's own forwarder: a cluster whose client is not an <see cref="UpstreamClient"/>, and CONNECT, which is
    /// refused as a request and translated as a WebSocket over HTTP/2 (RFC 8441).
    /// </summary>
    private ValueTask<ForwarderError> SendOverYarpAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken) =>
        WebSocketUpgrade.IsRequested(context)
            ? SendUpgradeAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken)
            : other.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);

    [AsyncMethodBuilder(typeof(StatePoolingMethodBuilder<>))]
    private async ValueTask<ForwarderError> SendAndCopyAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        ExchangeLimits limits)
    {
        var exchange = new UpstreamExchange();
        var error = await SendAsync(context, exchange, destinationPrefix, httpClient, requestConfig, transformer, limits);
        return exchange.HasResponse ? await CopyAsync(context, exchange) : error;
    }

    /// <summary>Forwards a WebSocket request with YARP's own forwarder. The WebSocket idle timeout applies after the upgrade.</summary>
    private async ValueTask<ForwarderError> SendUpgradeAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        using var deadline = new UpgradeDeadline(transformer, requestConfig.ActivityTimeout ?? DefaultTimeout, time, cancellationToken);
        var config = requestConfig with { ActivityTimeout = webSockets.CurrentValue.IdleTimeout };
        var error = await other.SendAsync(context, destinationPrefix, httpClient, config, deadline, deadline.Token);
        if (error != ForwarderError.RequestCanceled || !deadline.HasPassed || context.RequestAborted.IsCancellationRequested)
        {
            return error;
        }

        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
        }

        context.Features.Set<IForwarderErrorFeature>(
            new ForwardingFailure(ForwarderError.RequestTimedOut, context.Features.Get<IForwarderErrorFeature>()?.Exception));
        return ForwarderError.RequestTimedOut;
    }

    private async ValueTask<ForwarderError> SendTracedAsync(
        HttpContext context, UpstreamExchange exchange, ConnectionPool pool, ExchangeLimits limits)
    {
        var trace = ExchangeTrace.Start(context, pool.Address);
        var error = await SendCoreAsync(context, exchange, pool, limits);
        if (exchange.HasResponse)
        {
            exchange.Trace = trace;
        }
        else
        {
            trace.End(context, error, metrics);
        }

        return error;
    }

    private async ValueTask<ForwarderError> CopyTracedAsync(HttpContext context, UpstreamExchange exchange, ExchangeTrace trace)
    {
        var error = await CopyCoreAsync(context, exchange);
        trace.End(context, error, metrics);
        return error;
    }

    [AsyncMethodBuilder(typeof(StatePoolingMethodBuilder<>))]
    private async ValueTask<ForwarderError> SendCoreAsync(
        HttpContext context, UpstreamExchange exchange, ConnectionPool pool, ExchangeLimits limits)
    {
        var isUpgrade = WebSocketUpgrade.IsRequested(context);
        var body = RequestBody.Of(context, isUpgrade);
        UpstreamConnection? connection = null;
        BodySender? sender = null;
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                try
                {
                    // The retry opens a new connection: if one was just closed, the pooled ones may be closed too.
                    connection = isFirst
                        ? pool.TryTake(limits) ?? await pool.OpenLimitedAsync(limits)
                        : await pool.OpenAsync(limits);
                    if (body.HasBytes)
                    {
                        sender = StartBody(context, connection, body);
                    }
                    else
                    {
                        await SendHeadAsync(context, connection, body, isUpgrade);
                    }

                    var interim = 0;
                    int count;
                    do
                    {
                        count = await connection.ReceiveAsync();
                    }
                    while (!ReadHead(connection, count, sender, isUpgrade, ref interim));
                    break;
                }
                catch (Exception failure) when (failure is not (HttpRequestException or OperationCanceledException)
                    && connection is { IsReused: true, HasResponseBytes: false, Ended: ConnectionEnd.None } && sender is null
                    && (connection.TryWithdrawHead() || IdempotentMethods.Contains(context.Request.Method)))
                {
                    metrics.Resent(pool.Address);
                    pool.Discard(connection);
                    connection = null;
                }
            }

            connection.Watch.OnResponseStarted();
            connection.ReleaseSendBuffer();
            var framing = CopyHead(context, connection);
            foreach (var transform in _transforms)
            {
                transform.TransformResponse(context);
            }

            exchange.SetResponse(connection, sender, framing);
            return ForwarderError.None;
        }
        catch (Exception failure)
        {
            var error = await FailBeforeResponseAsync(context, pool, connection, sender, failure, limits.ClientDisconnected);
            await EndAsync(pool, connection, sender);
            return error;
        }
    }

    [AsyncMethodBuilder(typeof(StatePoolingMethodBuilder<>))]
    private async ValueTask<ForwarderError> CopyCoreAsync(HttpContext context, UpstreamExchange exchange)
    {
        var connection = exchange.Connection;
        var pool = connection!.Pool;
        var (sender, framing) = (exchange.Sender, exchange.Framing);
        exchange.Clear();
        try
        {
            if (connection.Head.StatusCode == StatusCodes.Status101SwitchingProtocols)
            {
                return await UpgradeAsync(context, connection);
            }

            var result = framing == BodyFraming.None
                ? default
                : await ResponseBody.CopyAsync(context, connection, framing, clients);
            if (result.Error != ForwarderError.None)
            {
                return await FailInBodyAsync(context, connection, sender, result.Error, result.Exception);
            }

            if (sender is { Sending.IsCompletedSuccessfully: false })
            {
                // The upstream has completed its response and does not need the rest of the request body.
                await sender.StopAsync();
                if (sender.ClientFailed)
                {
                    return Report(context, pool, ForwarderError.RequestBodyClient, sender.Sending.Exception?.InnerException);
                }
            }
            else if (connection.KeepsAlive && framing != BodyFraming.UntilClose && connection.Received.IsEmpty)
            {
                pool.Return(connection);
                connection = null;
            }

            return ForwarderError.None;
        }
        catch (Exception failure)
        {
            return await FailBeforeResponseAsync(context, pool, connection, sender, failure, ClientDisconnected(context));
        }
        finally
        {
            if (sender is not null || connection is not null)
            {
                await EndAsync(pool, connection, sender);
            }
        }
    }

    private static async ValueTask EndAsync(ConnectionPool pool, UpstreamConnection? connection, BodySender? sender)
    {
        if (sender is not null)
        {
            await sender.StopAsync();
            sender.Dispose();
        }

        if (connection is not null)
        {
            pool.Discard(connection);
        }
    }

    /// <summary>
    /// Returns the token that is canceled when the client disconnects. Over HTTP/1.1 this is the connection's token;
    /// accessing <see cref="HttpContext.RequestAborted"/> would allocate one per request.
    /// </summary>
    private static CancellationToken ClientDisconnected(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            if (context.Features.Get<IConnectionLifetimeFeature>() is { } connection)
            {
                return connection.ConnectionClosed;
            }
        }

        return context.RequestAborted;
    }

    private HeadWriter WriteHead(HttpContext context, UpstreamConnection connection, in RequestBody body, bool isUpgrade)
    {
        connection.Request.Begin(context, connection.Pool.Address);
        foreach (var transform in _transforms)
        {
            transform.TransformRequest(context, connection.Request);
        }

        var writer = new HeadWriter(connection.SendBuffer);
        RequestHeadWriter.Write(ref writer, context, connection.Pool, connection.Request, body, isUpgrade);
        return writer;
    }

    private ValueTask SendHeadAsync(HttpContext context, UpstreamConnection connection, in RequestBody body, bool isUpgrade)
    {
        var writer = WriteHead(context, connection, body, isUpgrade);
        var head = writer.Buffer.AsMemory(0, writer.Length);
        if (writer.IsRented)
        {
            return ReturnAfterAsync(connection.SendAsync(head), writer.Buffer);
        }

        // Data that follows an upgrade is sent outside the batch and must not overtake the head.
        return isUpgrade ? connection.SendAsync(head) : connection.SendHeadAsync(head);

        static async ValueTask ReturnAfterAsync(ValueTask sending, byte[] buffer)
        {
            try
            {
                await sending;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private BodySender StartBody(HttpContext context, UpstreamConnection connection, in RequestBody body)
    {
        var writer = WriteHead(context, connection, body, isUpgrade: false);
        try
        {
            var source = context.Request.Body as CancelableBodyStream ?? new CancelableBodyStream(context.Request.BodyReader);
            return BodySender.Start(connection, writer.Buffer.AsSpan(0, writer.Length), source, body);
        }
        finally
        {
            writer.Return();
            connection.ReleaseSendBuffer();
        }
    }

    /// <summary>Parses the received bytes as the response head and consumes interim responses (RFC 9110 section 15.2).</summary>
    /// <returns><see langword="true"/> if the final response's head is complete; otherwise, <see langword="false"/>.</returns>
    private static bool ReadHead(UpstreamConnection connection, int count, BodySender? sender, bool isUpgrade, ref int interim)
    {
        if (count == 0)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The upstream closed the connection before it sent a complete response head.");
        }

        if (connection.Sending == SendStage.Queued)
        {
            throw new MalformedResponseException("The upstream sent a response before it received the request.");
        }

        connection.Add(count);
        connection.Watch.Touch();
        while (ResponseHeadParser.TryParse(connection.Received, connection.Head))
        {
            var head = connection.Head;
            if (head.StatusCode >= StatusCodes.Status200OK)
            {
                return true;
            }

            if (head.StatusCode == StatusCodes.Status101SwitchingProtocols)
            {
                return isUpgrade && head.SwitchesTo(connection.Received, "websocket"u8)
                    ? true
                    : throw new MalformedResponseException("The upstream switched to a protocol that the request did not ask for.");
            }

            if (++interim > MaxInterimResponses)
            {
                throw new MalformedResponseException($"The upstream sent more than {MaxInterimResponses} interim responses.");
            }

            connection.Consume(head.Length);
            if (head.StatusCode == StatusCodes.Status100Continue)
            {
                sender?.Continue();
            }
        }

        connection.Grow(MaxHeadBytes);
        return false;
    }

    /// <summary>Copies the status and the end-to-end fields into Kestrel's response.</summary>
    private static BodyFraming CopyHead(HttpContext context, UpstreamConnection connection)
    {
        var head = connection.Head;
        var isUpgraded = head.StatusCode == StatusCodes.Status101SwitchingProtocols;
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var framing = isUpgraded ? BodyFraming.None : head.Framing(isHead);
        ResponseHeadCopier.Copy(connection.Received, head, context.Response, HttpProtocol.IsHttp11(context.Request.Protocol));
        if (isUpgraded)
        {
            context.Response.Headers.Connection = "Upgrade";
            context.Response.Headers.Upgrade = "websocket";
        }

        connection.Consume(head.Length);
        return framing;
    }

    /// <summary>Drops a response that is not sent to the client. The connection is reused if the response is complete.</summary>
    private static async ValueTask DropAsync(UpstreamConnection connection, BodySender? sender, BodyFraming framing)
    {
        if (sender is not null)
        {
            await sender.StopAsync();
        }

        var head = connection.Head;
        var isWhole = connection.Received.Length == (framing == BodyFraming.None ? 0 : head.ContentLength);
        if (isWhole && connection.KeepsAlive && sender is null or { Sending.IsCompletedSuccessfully: true })
        {
            connection.Pool.Return(connection);
        }
        else
        {
            connection.Pool.Discard(connection);
        }
    }

    private async ValueTask<ForwarderError> UpgradeAsync(HttpContext context, UpstreamConnection connection)
    {
        Stream client;
        try
        {
            client = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            context.Features.Get<Microsoft.AspNetCore.Http.Timeouts.IHttpRequestTimeoutFeature>()?.DisableTimeout();
        }
        catch (Exception failure)
        {
            return Report(context, connection.Pool, ForwarderError.UpgradeResponseClient, failure);
        }

        await using (client)
        {
            connection.Watch.Upgraded(webSockets.CurrentValue.IdleTimeout);
            var result = await Tunnel.RunAsync(client, connection);
            return result.Error == ForwarderError.None ? result.Error : Report(context, connection.Pool, result.Error, result.Exception);
        }
    }

    private async ValueTask<ForwarderError> FailBeforeResponseAsync(
        HttpContext context, ConnectionPool pool, UpstreamConnection? connection, BodySender? sender, Exception failure, CancellationToken clientGone)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Report(context, pool, ForwarderError.ResponseHeaders, failure);
        }

        var ended = connection?.Ended;
        if (sender is not null)
        {
            await sender.StopAsync();
        }

        context.Response.Clear();
        var (error, status) = (ended, failure) switch
        {
            _ when sender is { ClientFailed: true } => (ForwarderError.RequestBodyClient, StatusCodes.Status400BadRequest),
            (ConnectionEnd.TimedOut, _) => (ForwarderError.RequestTimedOut, StatusCodes.Status504GatewayTimeout),
            (ConnectionEnd.ClientDisconnected, _) => (ForwarderError.RequestCanceled, StatusCodes.Status400BadRequest),
            (ConnectionEnd.Cancelled, _) => (ForwarderError.RequestCanceled, StatusCodes.Status502BadGateway),
            (_, OperationCanceledException) => (ForwarderError.RequestCanceled,
                clientGone.IsCancellationRequested ? StatusCodes.Status400BadRequest : StatusCodes.Status502BadGateway),
            (null, HttpRequestException) => (ForwarderError.Request, StatusCodes.Status502BadGateway),
            (_, MalformedResponseException) => (ForwarderError.ResponseHeaders, StatusCodes.Status502BadGateway),
            (_, InvalidOperationException) => (ForwarderError.RequestCreation, StatusCodes.Status502BadGateway),
            _ => (ForwarderError.Request, StatusCodes.Status502BadGateway),
        };
        context.Response.StatusCode = status;
        return Report(context, pool, error, sender is { ClientFailed: true } ? sender.Sending.Exception?.InnerException ?? failure : failure);
    }

    private async ValueTask<ForwarderError> FailInBodyAsync(
        HttpContext context, UpstreamConnection connection, BodySender? sender, ForwarderError error, Exception? failure)
    {
        if (sender is not null)
        {
            await sender.StopAsync();
            if (sender.ClientFailed)
            {
                (error, failure) = (ForwarderError.RequestBodyClient, sender.Sending.Exception?.InnerException ?? failure);
            }
        }

        if (context.Response.HasStarted)
        {
            // A truncated response must not pass for a complete one.
            await AbortAsync(context, isCancelled: error == ForwarderError.ResponseBodyCanceled);
        }
        else
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status502BadGateway;
        }

        return Report(context, connection.Pool, error, failure);
    }

    private async ValueTask AbortAsync(HttpContext context, bool isCancelled)
    {
        if (context.Features.Get<IHttpResetFeature>() is { } stream)
        {
            await Task.Delay(ResetDelay, time);
            // RFC 9113 section 7: CANCEL (8), INTERNAL_ERROR (2).
            stream.Reset(isCancelled ? 8 : 2);
        }
        else
        {
            var headers = context.Response.Headers;
            if (headers.ContentLength is null && headers.TransferEncoding.Count == 0)
            {
                // Without framing, an orderly close would mark the end of the response.
                (context.Features.Get<IConnectionLifetimeFeature>() as LoopConnection)?.MarkTruncated();
            }

            context.Abort();
        }
    }

    private ForwarderError Report(HttpContext context, ConnectionPool pool, ForwarderError error, Exception? failure)
    {
        context.Features.Set<IForwarderErrorFeature>(new ForwardingFailure(error, failure));
        if (error is ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled
            or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeResponseCanceled)
        {
            LogEnded(context.Request.Method, context.Request.Path, pool.Address, error, failure?.Message);
        }
        else
        {
            LogFailed(context.Request.Method, context.Request.Path, pool.Address, error, failure?.Message);
        }

        return error;
    }
}
