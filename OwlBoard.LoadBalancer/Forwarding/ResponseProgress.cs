using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>Follows a response's body as it is written to the client, without copying any: how much, when last, and whether the client takes it.</summary>
internal sealed class ResponseProgress : Stream, IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _body;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private long _lastProgress;

    private ResponseProgress(IHttpResponseBodyFeature body, TimeProvider time)
    {
        _body = body;
        _stream = body.Stream;
        _time = time;
        Progressed();
    }

    /// <summary>How many so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the client is being waited for to take what was written.</summary>
    public bool IsWaitingForClient { get; private set; }

    /// <summary>How long nothing came from the gateway.</summary>
    public TimeSpan SinceProgress => _time.GetElapsedTime(_lastProgress);

    public Stream Stream => this;

    /// <summary>A pipe over the counting stream, for whoever writes that way: problem bodies and other small answers.</summary>
    public PipeWriter Writer => field ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Begins to follow the response, or finds who does.</summary>
    public static ResponseProgress Of(HttpContext context, TimeProvider time)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        if (body is not ResponseProgress progress)
        {
            progress = new ResponseProgress(body, time);
            context.Features.Set<IHttpResponseBodyFeature>(progress);
        }

        return progress;
    }

    /// <summary>Something came from the gateway.</summary>
    public void Progressed() => _lastProgress = _time.GetTimestamp();

    public void DisableBuffering() => _body.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _body.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await Writer.FlushAsync();
        await _body.CompleteAsync();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Bytes += buffer.Length;
        var write = _stream.WriteAsync(buffer, cancellationToken);
        if (write.IsCompletedSuccessfully)
        {
            Progressed();
            return write;
        }

        return WaitForClientAsync(write);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        Bytes += count;
        _stream.Write(buffer, offset, count);
    }

    private async ValueTask WaitForClientAsync(ValueTask write)
    {
        IsWaitingForClient = true;
        await write;
        IsWaitingForClient = false;
        Progressed();
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    public override void Flush() => _stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
