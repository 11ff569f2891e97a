using System.Buffers;
using System.IO.Pipelines;
using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.LoadBalancer.Retry;

/// <summary>
/// A request body that can be read again from its start as long as what was read fits into the buffer. It also ends a
/// request whose client stops sending: no byte for the given time is answered with 408.
/// </summary>
internal sealed class ReplayableBody(PipeReader body, int capacity, TimeSpan idleTimeout, TimeProvider time) : CancelableBodyStream(body)
{
    private byte[]? _buffer;
    private int _buffered;
    private int _position;
    private bool _overflowed;

    /// <summary>Whether everything read so far is still there.</summary>
    public bool CanReplay => !_overflowed;

    /// <summary>Begins again at the first byte.</summary>
    public void Rewind() => _position = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position < _buffered)
        {
            var replayed = Math.Min(buffer.Length, _buffered - _position);
            _buffer.AsMemory(_position, replayed).CopyTo(buffer);
            _position += replayed;
            return replayed;
        }

        var read = await ReadFromClientAsync(buffer, cancellationToken);
        Keep(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadFromClientAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var idle = time.CreateTimer(CancelRead, Reader, idleTimeout, Timeout.InfiniteTimeSpan);
        using var cancellation = cancellationToken.UnsafeRegister(CancelRead, Reader);
        while (true)
        {
            if (await TryReadAsync(buffer) is { } length)
            {
                return length;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var remaining = idleTimeout - time.GetElapsedTime(started);
            if (remaining <= TimeSpan.Zero)
            {
                throw new BadHttpRequestException("The request's body stopped coming.", StatusCodes.Status408RequestTimeout);
            }

            // Not due yet: the timer was a trifle early, or it was that of the read before, which it just missed.
            idle.Change(remaining, Timeout.InfiniteTimeSpan);
        }

        static void CancelRead(object? reader) => ((PipeReader)reader!).CancelPendingRead();
    }

    private void Keep(ReadOnlySpan<byte> read)
    {
        if (read.IsEmpty || _overflowed)
        {
            return;
        }

        if (_buffered + read.Length > capacity)
        {
            _overflowed = true;
            return;
        }

        _buffer ??= ArrayPool<byte>.Shared.Rent(capacity);
        read.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += read.Length;
        _position = _buffered;
    }
}
