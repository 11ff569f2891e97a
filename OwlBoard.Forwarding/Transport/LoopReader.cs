using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Reads from a client on demand, as much as is available. A connection that waits for its next request holds no buffer.</summary>
internal sealed class LoopReader : PipeReader
{
    /// <summary>The size of the first buffer; a request without a body fits.</summary>
    private const int SmallBytes = 4 * 1024;

    /// <summary>The size of the buffer after one that was filled completely, which indicates a body.</summary>
    private const int LargeBytes = 64 * 1024;

    private readonly LoopConnection _connection;
    private readonly ReadOperation _operation;
    private byte[]? _buffer;
    private int _start;
    private int _examined;
    private int _end;
    private int _size = SmallBytes;
    private long _received;
    private bool _isEnded;
    private int _isCancelled;
    private bool _isDropping;

    public LoopReader(LoopConnection connection)
    {
        _connection = connection;
        _operation = new ReadOperation(this);
    }

    /// <summary>The receive operation of the socket.</summary>
    public SocketOperation Operation => _operation;

    /// <summary>Indicates whether further data from the client can be dropped: its end is open and no read is pending.</summary>
    public bool CanDrop => !_isEnded && !_operation.IsAwaited;

    /// <summary>The number of bytes received; -1 if some of them have not been consumed.</summary>
    public long ReceivedIfConsumed => _buffer is null ? _received : -1;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryTake(out var result) ? new ValueTask<ReadResult>(result) : _operation.RunAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result) => TryTake(out result) || (_operation.TryReceiveNow() && TryTake(out result));

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_buffer is null)
        {
            return;
        }

        // The highest bit of the position encodes the segment type of the sequence.
        _start = consumed.GetInteger() & int.MaxValue;
        _examined = Math.Max(_start, examined.GetInteger() & int.MaxValue);
        if (_start == _end)
        {
            ReturnBuffer();
        }
    }

    public override void CancelPendingRead()
    {
        Volatile.Write(ref _isCancelled, 1);
        _operation.Interrupt();
    }

    public override void Complete(Exception? exception = null)
    {
        // A pending read would receive into the buffer.
        if (!_operation.IsAwaited)
        {
            ReturnBuffer();
        }
    }

    /// <summary>Ends the pending read because the connection is aborted.</summary>
    public void Abort() => _operation.Interrupt(_connection.Failure(SocketError.ConnectionAborted));

    /// <summary>Ends the pending read as if the client had closed the connection, unless data has been received since.</summary>
    /// <param name="received">The earlier value of <see cref="ReceivedIfConsumed"/>.</param>
    /// <returns><see langword="true"/> if the read was ended; otherwise, <see langword="false"/>.</returns>
    public bool TryPark(long received) => _operation.TryPark(received);

    /// <summary>Receives and drops data until either end closes the connection.</summary>
    public async ValueTask DropAsync()
    {
        _isDropping = true;
        try
        {
            while (true)
            {
                var result = await ReadAsync();
                AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception gone) when (gone is ConnectionResetException or ConnectionAbortedException)
        {
            // The connection is closed.
        }
        finally
        {
            ReturnBuffer();
        }
    }

    private bool TryTake(out ReadResult result)
    {
        var isCancelled = Volatile.Read(ref _isCancelled) != 0 && Interlocked.Exchange(ref _isCancelled, 0) != 0;
        if (isCancelled || _isEnded || _end > _examined)
        {
            _connection.IsStoppedIdle = isCancelled && _start == _end;
            result = new ReadResult(Unread(), isCancelled, _isEnded);
            return true;
        }

        result = default;
        return false;
    }

    private ReadOnlySequence<byte> Unread() =>
        _buffer is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_buffer, _start, _end - _start);

    /// <summary>Receives the available data.</summary>
    /// <param name="isUsedUp">Indicates whether the socket was drained.</param>
    /// <param name="failure">The failure, if any.</param>
    /// <returns><see langword="true"/> if data, the end, or a failure was received; otherwise, <see langword="false"/>.</returns>
    private bool TryReceive(out bool isUsedUp, out Exception? failure)
    {
        MakeRoom();
        var room = _buffer.AsSpan(_end);
        isUsedUp = false;
        failure = null;
        if (!_connection.Socket.TryReceive(room, out var count, out var error))
        {
            if (_start == _end)
            {
                ReturnBuffer();
            }

            return false;
        }

        if (error != SocketError.Success || (_connection.IsAborted && !_isDropping))
        {
            failure = _connection.Failure(error);
            return true;
        }

        // The kernel signals the end, and remaining data, only once.
        isUsedUp = count < room.Length && !_connection.Socket.IsPeerClosed;
        _end += count;
        _received += count;
        _isEnded = count == 0;
        _size = count < room.Length ? SmallBytes : LargeBytes;
        return true;
    }

    [MemberNotNull(nameof(_buffer))]
    private void MakeRoom()
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(_size);
        }
        else if (_end == _buffer.Length || _size > _buffer.Length)
        {
            var unread = _end - _start;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_size, unread * 2));
            _buffer.AsSpan(_start, unread).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _examined, _end) = (larger, 0, _examined - _start, unread);
        }
    }

    private void ReturnBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _start = _examined = _end = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class ReadOperation(LoopReader reader) : AwaitableOperation<ReadResult>
    {
        private CancellationTokenRegistration _cancellation;

        public override LoopSocket Socket => reader._connection.Socket;

        public override bool IsOfClient => true;

        /// <summary>Indicates whether a result is still to be consumed.</summary>
        public bool IsAwaited { get; private set; }

        public ValueTask<ReadResult> RunAsync(CancellationToken cancellationToken)
        {
            Begin();
            IsAwaited = true;
            if (!TryRunNow())
            {
                if (cancellationToken.CanBeCanceled)
                {
                    _cancellation = cancellationToken.UnsafeRegister(
                        static (operation, token) => ((ReadOperation)operation!).StopWaiting(new OperationCanceledException(token)), this);
                }

                RunWhenReady();
                if (reader._connection.IsAborted && !reader._isDropping)
                {
                    StopWaiting(reader._connection.Failure(SocketError.ConnectionAborted));
                }
                else if (Volatile.Read(ref reader._isCancelled) != 0 || cancellationToken.IsCancellationRequested)
                {
                    StopWaiting(cancellationToken.IsCancellationRequested ? new OperationCanceledException(cancellationToken) : null);
                }
            }

            return Result;
        }

        /// <summary>Receives the available data without waiting.</summary>
        public bool TryReceiveNow()
        {
            Begin();
            return TryRunNow() && HasSucceeded;
        }

        public bool TryPark(long received)
        {
            if (!TryStopWaiting())
            {
                return false;
            }

            if (received != reader.ReceivedIfConsumed)
            {
                // A part of the next request has been received.
                RunWhenReady();
                return false;
            }

            reader._isEnded = true;
            reader._connection.IsParked = true;
            ThreadPool.UnsafeQueueUserWorkItem(static operation => operation.End(failure: null), this, preferLocal: false);
            return true;
        }

        /// <summary>Ends the wait.</summary>
        /// <param name="reason">The exception of the read; <see langword="null"/> for a canceled result.</param>
        public void Interrupt(Exception? reason = null) => StopWaiting(reason);

        /// <summary>Returns the data that is available when the result is consumed.</summary>
        protected override ReadResult GetResult(short token)
        {
            _cancellation.Dispose();
            _cancellation = default;
            IsAwaited = false;
            ThrowIfFailed(token);
            return reader.TryTake(out var result) ? result : new ReadResult(reader.Unread(), isCanceled: true, isCompleted: false);
        }

        protected override bool TryRun()
        {
            if (!reader.TryReceive(out var isUsedUp, out var failure))
            {
                return false;
            }

            if (!isUsedUp)
            {
                KeepReady();
            }

            End(failure);
            return true;
        }

        protected override void OnClosed() => End(reader._connection.Failure(SocketError.OperationAborted));

        /// <summary>Ends the wait on the thread pool: the caller may hold locks.</summary>
        private void StopWaiting(Exception? reason)
        {
            if (TryStopWaiting())
            {
                ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Operation.End(wait.Reason), (Operation: this, Reason: reason), preferLocal: false);
            }
        }
    }
}
