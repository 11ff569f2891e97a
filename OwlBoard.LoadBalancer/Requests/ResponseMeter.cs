using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// Measures a response's body while it is written to the client, without a copy: its length, the time of its last progress,
/// and whether the write waits for the client.
/// </summary>
internal sealed class ResponseMeter(IConnectionActivity? connection, TimeProvider time) : PipeWriter, IHttpResponseBodyFeature
{
    private IHttpResponseBodyFeature _body = null!;
    private PipeWriter _writer = null!;
    private long _lastProgress;

    /// <summary>The body bytes written so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Indicates whether a flush waits for the client to read.</summary>
    public bool IsWaitingForClient { get; private set; }

    /// <summary>The time since the gateway last sent something or the client last accepted something.</summary>
    public TimeSpan SinceProgress => time.GetElapsedTime(_lastProgress);

    public Stream Stream => field ??= AsStream(leaveOpen: true);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => _writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _writer.UnflushedBytes;

    /// <summary>Begins to measure the response of another request.</summary>
    /// <returns>The current timestamp.</returns>
    public long Begin(IHttpResponseBodyFeature body)
    {
        _body = body;
        _writer = body.Writer;
        Bytes = 0;
        IsWaitingForClient = false;
        MarkProgress();
        return _lastProgress;
    }

    /// <summary>Sets the time of the last progress to the current time.</summary>
    public void MarkProgress() => _lastProgress = time.GetTimestamp();

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
        Measure(_writer.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        Bytes += source.Length;
        return Measure(_writer.WriteAsync(source, cancellationToken));
    }

    public override void CancelPendingFlush() => _writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _writer.Complete(exception);

    private ValueTask<FlushResult> Measure(ValueTask<FlushResult> flushing)
    {
        if (flushing.IsCompletedSuccessfully)
        {
            MarkProgress();
            return flushing;
        }

        return WaitForClientAsync(flushing);
    }

    private async ValueTask<FlushResult> WaitForClientAsync(ValueTask<FlushResult> flushing)
    {
        IsWaitingForClient = true;
        connection?.WaitBegins();
        try
        {
            return await flushing;
        }
        finally
        {
            IsWaitingForClient = false;
            connection?.WaitEnds();
            MarkProgress();
        }
    }
}
