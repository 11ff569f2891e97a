using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Counts the bytes of a response's body as they are written, without copying any.</summary>
internal sealed class SentBytes : Stream, IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _body;
    private readonly Stream _stream;

    private SentBytes(IHttpResponseBodyFeature body)
    {
        _body = body;
        _stream = body.Stream;
    }

    /// <summary>How many so far.</summary>
    public long Bytes { get; private set; }

    public Stream Stream => this;

    /// <summary>A pipe over the counting stream, for whoever writes that way: problem bodies and other small answers.</summary>
    public PipeWriter Writer => field ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    /// <summary>Puts the counter into the response.</summary>
    public static SentBytes Count(HttpContext context)
    {
        var counter = new SentBytes(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(counter);
        return counter;
    }

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
        return _stream.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        Bytes += count;
        _stream.Write(buffer, offset, count);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    public override void Flush() => _stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
