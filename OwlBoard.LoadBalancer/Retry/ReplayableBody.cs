using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
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
    private ITimer? _idle;

    /// <summary>Since when the client is waited for; 0 while it is not.</summary>
    private long _waitingSince;

    /// <summary>Whether everything read so far is still there.</summary>
    public bool CanReplay => !_overflowed;

    /// <summary>Begins again at the first byte.</summary>
    public void Rewind() => _position = 0;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position < _buffered)
        {
            var replayed = Math.Min(buffer.Length, _buffered - _position);
            _buffer.AsMemory(_position, replayed).CopyTo(buffer);
            _position += replayed;
            return replayed;
        }

        var reading = base.ReadAsync(buffer, cancellationToken);
        if (!reading.IsCompleted)
        {
            Volatile.Write(ref _waitingSince, time.GetTimestamp());
            // One for all reads, which may be many and short.
            _idle ??= time.CreateTimer(static body => ((ReplayableBody)body!).LookAtClient(), this, idleTimeout, Timeout.InfiniteTimeSpan);
        }

        try
        {
            var read = await reading;
            Keep(buffer.Span[..read]);
            return read;
        }
        finally
        {
            Volatile.Write(ref _waitingSince, 0);
        }
    }

    protected override void OnGivenUp()
    {
        if (Remaining() <= TimeSpan.Zero)
        {
            throw new BadHttpRequestException("The request's body stopped coming.", StatusCodes.Status408RequestTimeout);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _idle?.Dispose();
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        base.Dispose(disposing);
    }

    /// <summary>How long the client may still take.</summary>
    private TimeSpan Remaining() =>
        Volatile.Read(ref _waitingSince) is not 0 and var since ? idleTimeout - time.GetElapsedTime(since) : idleTimeout;

    private void LookAtClient()
    {
        var remaining = Remaining();
        if (remaining <= TimeSpan.Zero)
        {
            GiveUp();
            // The read may just have ended, and it be the next one that was given up.
            remaining = idleTimeout;
        }

        _idle?.Change(remaining, Timeout.InfiniteTimeSpan);
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
