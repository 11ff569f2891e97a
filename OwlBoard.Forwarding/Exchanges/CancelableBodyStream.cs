using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// A request body stream with cancelable reads. Canceling a read of Kestrel's own stream would leave the read incomplete, so
/// that neither the body could be read further nor Kestrel drain it. This stream cancels the read through the pipe.
/// </summary>
/// <param name="body">Kestrel's reader of the body.</param>
public class CancelableBodyStream(PipeReader body) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads the available data, or waits for it. A read with an empty buffer only waits.</summary>
    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            var reading = body.ReadAsync(CancellationToken.None);
            using var cancellation = reading.IsCompleted
                ? default
                : cancellationToken.UnsafeRegister(static stream => ((CancelableBodyStream)stream!).CancelRead(), this);
            var result = await reading;
            var length = result.IsCanceled ? 0 : (int)Math.Min(result.Buffer.Length, buffer.Length);
            var data = result.Buffer.Slice(0, length);
            data.CopyTo(buffer.Span);
            body.AdvanceTo(data.End);
            if (result.IsCanceled)
            {
                cancellationToken.ThrowIfCancellationRequested();
                OnReadCanceled();
            }
            else if (length > 0 || buffer.IsEmpty || result.IsCompleted)
            {
                return length;
            }
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Cancels the pending read, or the next one.</summary>
    protected void CancelRead() => body.CancelPendingRead();

    /// <summary>
    /// Called when a read was canceled through <see cref="CancelRead"/> rather than by its token. The read continues unless this
    /// method throws.
    /// </summary>
    protected virtual void OnReadCanceled()
    {
    }
}
