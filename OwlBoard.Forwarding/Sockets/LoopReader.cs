using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// What a client sends: received when it is asked for, and as much at once as is there. A connection that waits for its
/// next request holds no buffer.
/// </summary>
internal sealed class LoopReader : PipeReader
{
    /// <summary>Holds a request without a body.</summary>
    private const int SmallBytes = 4 * 1024;

    /// <summary>After a buffer that was filled: a body is coming.</summary>
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

    /// <summary>What the socket does in the receiving direction.</summary>
    public SocketOperation Operation => _operation;

    /// <summary>Whether what the client still sends can be dropped: its end has not come, and nobody else waits for it.</summary>
    public bool CanDrop => !_isEnded && !_operation.IsAwaited;

    /// <summary>Gets the number of bytes that were received; -1 if some of them have not been consumed.</summary>
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

        // The sign says what the sequence is made of.
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
        // What is still being waited for would be received into it.
        if (!_operation.IsAwaited)
        {
            ReturnBuffer();
        }
    }

    /// <summary>Ends the wait for the client: the connection is given up.</summary>
    public void Abort() => _operation.Interrupt(_connection.Failure(SocketError.ConnectionAborted));

    /// <summary>Ends the wait for the client, as if it had closed the connection, if it has not sent anything since.</summary>
    /// <param name="received">What <see cref="ReceivedIfConsumed"/> was.</param>
    /// <returns>Whether the wait is ended.</returns>
    public bool TryPark(long received) => _operation.TryPark(received);

    /// <summary>Receives and drops what comes until the client closes the connection, or this end does.</summary>
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
            // Nothing is left to wait for.
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

    /// <summary>Receives what is there.</summary>
    /// <param name="isUsedUp">Whether that was all.</param>
    /// <param name="failure">What went wrong, if anything did.</param>
    /// <returns>Whether there was anything, the end and an error among others.</returns>
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

        // The kernel says once that it is the end, or that there is more.
        isUsedUp = count < room.Length && !_connection.Socket.IsPeerGone;
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

        /// <summary>Whether somebody has yet to take the result.</summary>
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

        /// <summary>Receives what is there, and no more.</summary>
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
                // Some of the next request has been received.
                RunWhenReady();
                return false;
            }

            reader._isEnded = true;
            reader._connection.IsParked = true;
            ThreadPool.UnsafeQueueUserWorkItem(static operation => operation.End(failure: null), this, preferLocal: false);
            return true;
        }

        /// <summary>Ends the wait.</summary>
        /// <param name="reason">What whoever waits gets; <see langword="null"/> for a result that is cancelled.</param>
        public void Interrupt(Exception? reason = null) => StopWaiting(reason);

        /// <summary>What there is when it is taken.</summary>
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

        /// <summary>Ends the wait, on the thread pool: who asks for it may hold locks.</summary>
        private void StopWaiting(Exception? reason)
        {
            if (TryStopWaiting())
            {
                ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Operation.End(wait.Reason), (Operation: this, Reason: reason), preferLocal: false);
            }
        }
    }
}
