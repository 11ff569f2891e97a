using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Retry;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>
/// Follows a response's body as it is written to the client, without copying any: how much, when last, and whether the client
/// takes it. Over HTTP/1.1, where a connection has one request at a time, used again for each.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "What the request holds, it gives back at its own end.")]
internal sealed class ResponseProgress : PipeWriter, IHttpResponseBodyFeature, IClientConnection
{
    private readonly TimeProvider _time;
    private readonly ProxiedRequest _request;
    private IHttpResponseBodyFeature _body = null!;
    private PipeWriter _writer = null!;
    private long _lastProgress;

    private ResponseProgress(ClientConnection connection, TimeProvider time)
    {
        Connection = connection;
        _time = time;
        _request = new ProxiedRequest(this);
    }

    /// <summary>The connection that the request came on.</summary>
    public ClientConnection Connection { get; }

    public CancellationToken ConnectionClosed => Connection.Closed;

    /// <summary>When the request came, on the injected clock's monotonic scale.</summary>
    public long Started { get; private set; }

    /// <summary>What happens to the request on its way to a gateway, if it is on one.</summary>
    public ProxiedRequest? Request { get; private set; }

    /// <summary>Is told once that the request is done with.</summary>
    public Action<HttpContext, ResponseProgress>? Ended { get; set; }

    /// <summary>How many so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the client is being waited for to take what was written.</summary>
    public bool IsWaitingForClient { get; private set; }

    /// <summary>How long nothing came from the gateway.</summary>
    public TimeSpan SinceProgress => _time.GetElapsedTime(_lastProgress);

    public Stream Stream => field ??= AsStream(leaveOpen: true);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => _writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _writer.UnflushedBytes;

    /// <summary>Who follows the response.</summary>
    public static ResponseProgress Of(HttpContext context) =>
        Find(context) ?? throw new InvalidOperationException($"{nameof(MeasurementMiddleware)} has to run before all others.");

    /// <summary>Begins to follow the response.</summary>
    public static ResponseProgress Begin(HttpContext context, TimeProvider time)
    {
        var connection = ClientConnection.Find(context);
        var progress = HttpProtocol.IsHttp11(context.Request.Protocol)
            ? connection.Progress ??= new ResponseProgress(connection, time)
            : new ResponseProgress(connection, time);
        progress.Begin(context.Features.Find<IHttpResponseBodyFeature>()!);
        context.Features.Set<IHttpResponseBodyFeature>(progress);
        return progress;
    }

    /// <summary>Finds who follows the response, by the writer, which is quicker than to look for a feature.</summary>
    public static ResponseProgress? Find(HttpContext context) => context.Response.BodyWriter as ResponseProgress;

    /// <summary>The request is on its way to a gateway.</summary>
    public ProxiedRequest BeginRequest(bool isIdempotent, TimeSpan bodyTimeout)
    {
        _request.Begin(isIdempotent, bodyTimeout);
        return Request = _request;
    }

    /// <summary>Something came from the gateway.</summary>
    public void Progressed() => _lastProgress = _time.GetTimestamp();

    /// <summary>The request is done with, as far as the load balancer goes.</summary>
    public void End(HttpContext context)
    {
        if (Ended is { } ended)
        {
            Ended = null;
            ended(context, this);
            // Only a request that was forwarded is known to have had none.
            Connection.Tracked?.RequestEnds(hadBody: Request is not { Body: null });
        }
    }

    public void DisableBuffering() => _body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _body.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public Task CompleteAsync() => _body.CompleteAsync();

    public override Memory<byte> GetMemory(int sizeHint = 0) => _writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _writer.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        Bytes += bytes;
        _writer.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Follow(_writer.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Bytes += source.Length;
        return Follow(_writer.WriteAsync(source, cancellationToken));
    }

    public override void CancelPendingFlush() => _writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _writer.Complete(exception);

    private void Begin(IHttpResponseBodyFeature body)
    {
        _body = body;
        _writer = body.Writer;
        Connection.Tracked?.RequestBegins();
        Request = null;
        Bytes = 0;
        IsWaitingForClient = false;
        Progressed();
        Started = _lastProgress;
    }

    private ValueTask<FlushResult> Follow(ValueTask<FlushResult> flushing)
    {
        if (flushing.IsCompletedSuccessfully)
        {
            Progressed();
            return flushing;
        }

        return WaitForClientAsync(flushing);
    }

    private async ValueTask<FlushResult> WaitForClientAsync(ValueTask<FlushResult> flushing)
    {
        IsWaitingForClient = true;
        Connection.Tracked?.WaitBegins();
        try
        {
            return await flushing;
        }
        finally
        {
            IsWaitingForClient = false;
            Connection.Tracked?.WaitEnds();
            Progressed();
        }
    }
}
