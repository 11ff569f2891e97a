using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// A request body that can be read again from its start while the bytes read fit into the buffer. A read fails with 408 if the
/// client sends nothing for the timeout, or sends too slowly on average.
/// </summary>
/// <param name="body">Kestrel's reader of the body.</param>
/// <param name="capacity">The maximum number of bytes to buffer.</param>
/// <param name="memory">The memory for the buffer.</param>
/// <param name="timeout">The maximum wait for the next byte from the client.</param>
/// <param name="bytesPerSecond">
/// The minimum average rate of the client in bytes per second, after a grace period of 30 s; 0 disables the limit. Only time
/// spent waiting for the client counts, not time in which the gateway does not accept the body.
/// </param>
/// <param name="connection">The connection, which is notified of waits for the client.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplayableBody(
    PipeReader body,
    int capacity,
    ReplayMemory memory,
    TimeSpan timeout,
    int bytesPerSecond,
    IConnectionActivity? connection,
    TimeProvider time) : CancelableBodyStream(body)
{
    private const int SmallestBuffer = 4 * 1024;

    private static readonly TimeSpan RateGrace = TimeSpan.FromSeconds(30);

    private byte[]? _buffer;
    private int _buffered;
    private int _position;
    private bool _overflowed;
    private ITimer? _timer;
    private long _received;

    /// <summary>The total time spent waiting for the client, without the current wait.</summary>
    private TimeSpan _waited;

    /// <summary>The timestamp at which the current wait for the client began; 0 if there is none.</summary>
    private long _waitingSince;

    /// <summary>Indicates whether all bytes read so far are buffered.</summary>
    public bool CanReplay => !_overflowed;

    /// <summary>Rewinds the body to its first byte.</summary>
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
        if (reading.IsCompleted)
        {
            return Received(await reading, buffer.Span);
        }

        BeginWait();
        try
        {
            return Received(await reading, buffer.Span);
        }
        finally
        {
            EndWait();
        }
    }

    protected override void OnReadCanceled()
    {
        if (Remaining() <= TimeSpan.Zero)
        {
            throw new BadHttpRequestException("The client sent the request body too slowly.", StatusCodes.Status408RequestTimeout);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _timer?.Dispose();
        ReturnBuffer();
        base.Dispose(disposing);
    }

    private int Received(int count, ReadOnlySpan<byte> buffer)
    {
        _received += count;
        Keep(buffer[..count]);
        return count;
    }

    private void BeginWait()
    {
        Volatile.Write(ref _waitingSince, time.GetTimestamp());
        connection?.WaitBegins();
        // One timer serves all waits, which may be many and short.
        _timer ??= time.CreateTimer(static body => ((ReplayableBody)body!).CheckClient(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    private void EndWait()
    {
        _waited += time.GetElapsedTime(_waitingSince);
        Volatile.Write(ref _waitingSince, 0);
        connection?.WaitEnds();
    }

    /// <summary>Returns the time that the client has left to send a byte.</summary>
    private TimeSpan Remaining()
    {
        if (Volatile.Read(ref _waitingSince) is 0)
        {
            return timeout;
        }

        var waiting = time.GetElapsedTime(_waitingSince);
        var remaining = timeout - waiting;
        if (bytesPerSecond > 0)
        {
            var byRate = RateGrace + TimeSpan.FromSeconds((double)_received / bytesPerSecond) - _waited - waiting;
            remaining = byRate < remaining ? byRate : remaining;
        }

        return remaining;
    }

    private void CheckClient()
    {
        var remaining = Remaining();
        if (remaining <= TimeSpan.Zero)
        {
            CancelRead();
            // The wait may have just ended; the timer has to cover the next one.
            remaining = timeout;
        }

        _timer?.Change(remaining, Timeout.InfiniteTimeSpan);
    }

    private void Keep(ReadOnlySpan<byte> read)
    {
        if (read.IsEmpty || _overflowed)
        {
            return;
        }

        var length = _buffered + read.Length;
        if (length > capacity || !TryGrow(length))
        {
            _overflowed = true;
            ReturnBuffer();
            return;
        }

        read.CopyTo(_buffer.AsSpan(_buffered));
        _position = _buffered = length;
    }

    private bool TryGrow(int length)
    {
        if (_buffer is { } buffer && buffer.Length >= length)
        {
            return true;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, SmallestBuffer));
        if (!memory.TryReserve(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        var kept = _buffered;
        _buffer.AsSpan(0, kept).CopyTo(larger);
        ReturnBuffer();
        (_buffer, _buffered) = (larger, kept);
        return true;
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _buffered = _position = 0;
            memory.Release(buffer.Length);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
