using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// Sends to a client. A flush passes data to the kernel, or a small amount on a loop's thread to the batch. If the kernel does
/// not accept all of it, the flush completes once it has: no more is buffered than was written between two flushes.
/// </summary>
internal sealed class LoopWriter(LoopConnection connection) : PipeWriter
{
    /// <summary>The size of a block; a head and a small body fit.</summary>
    private const int BlockBytes = 16 * 1024;

    /// <summary>The blocks to send, in order.</summary>
    private readonly List<ArraySegment<byte>> _full = [];
    private byte[]? _block;
    private int _length;
    private long _unflushed;

    /// <summary>
    /// The send stage of a block that was left to the batch. The loop may send it while the writer continues on another
    /// thread, so nothing to be sent is changed until it is <see cref="SendStage.Done"/>.
    /// </summary>
    private int _stage = (int)SendStage.Done;

    private volatile bool _isBroken;
    private bool _isCompleted;

    /// <summary>The send that continues after a canceled flush.</summary>
    private Task _sending = Task.CompletedTask;

    private TaskCompletionSource? _cancelled;
    private int _isCancelled;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    /// <summary>A task that completes when everything has been passed to the kernel or dropped.</summary>
    public Task Sending => _sending;

    public LoopSocket Socket => connection.Socket;

    /// <summary>Indicates whether any data has been written.</summary>
    public bool HasSent { get; private set; }

    /// <summary>Indicates whether the client is gone.</summary>
    public bool IsBroken => _isBroken;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _block.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _block.AsSpan(_length);
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)((_block?.Length ?? 0) - _length), nameof(bytes));
        _length += bytes;
        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        _unflushed = 0;
        EndBlock();
        return _sending.IsCompleted && (TryQueue() || TrySend())
            ? new ValueTask<FlushResult>(Flushed())
            : FlushSlowlyAsync(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        Volatile.Write(ref _isCancelled, 1);
        Volatile.Read(ref _cancelled)?.TrySetResult();
    }

    public override void Complete(Exception? exception = null)
    {
        if (!_isCompleted)
        {
            _isCompleted = true;
            EndBlock();
            SendOrBegin();
        }
    }

    /// <summary>Sends the block queued for the batch, unless it has been sent.</summary>
    public void SendQueued()
    {
        if (Interlocked.CompareExchange(ref _stage, (int)SendStage.Sending, (int)SendStage.Queued) == (int)SendStage.Queued)
        {
            SendOrBegin();
            Volatile.Write(ref _stage, (int)SendStage.Done);
        }
    }

    /// <summary>Drops everything that is written from now on.</summary>
    public void Break() => _isBroken = true;

    /// <summary>Sends the block queued for the batch, or waits until the batch has sent it.</summary>
    public void SendNow()
    {
        SendQueued();
        var wait = new SpinWait();
        while (Volatile.Read(ref _stage) != (int)SendStage.Done)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    private FlushResult Flushed() =>
        new(isCanceled: Volatile.Read(ref _isCancelled) != 0 && Interlocked.Exchange(ref _isCancelled, 0) != 0, isCompleted: _isBroken);

    /// <summary>Queues a block that is not full for the loop's batch.</summary>
    /// <returns><see langword="true"/> if the block was queued; otherwise, <see langword="false"/>.</returns>
    private bool TryQueue()
    {
        if (_full is not [{ Count: < BlockBytes }] || SocketLoop.Current is not { } loop)
        {
            return false;
        }

        Volatile.Write(ref _stage, (int)SendStage.Queued);
        loop.SendInBatch(this);
        return true;
    }

    private void SendOrBegin()
    {
        if (!_sending.IsCompleted || !TrySend())
        {
            _sending = SendAsync(_sending);
        }
    }

    /// <summary>Sends as much as the kernel accepts.</summary>
    /// <returns><see langword="true"/> if nothing is left to send; otherwise, <see langword="false"/>.</returns>
    private bool TrySend()
    {
        for (var i = 0; i < _full.Count; i++)
        {
            if (!TrySend(_full[i], out var sent))
            {
                _full[i] = _full[i][sent..];
                _full.RemoveRange(0, i);
                return false;
            }

            ArrayPool<byte>.Shared.Return(_full[i].Array!);
        }

        _full.Clear();
        return true;
    }

    private bool TrySend(ReadOnlySpan<byte> bytes, out int sent)
    {
        sent = 0;
        if (bytes.IsEmpty || _isBroken || connection.Socket.TrySend(bytes, out sent, out var error))
        {
            return true;
        }

        // After an error the rest is dropped.
        _isBroken = error != SocketError.WouldBlock;
        return _isBroken;
    }

    private async ValueTask<FlushResult> FlushSlowlyAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _cancelled, cancelled);
        if (Volatile.Read(ref _isCancelled) != 0)
        {
            cancelled.TrySetResult();
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (cancelled, token) => ((TaskCompletionSource)cancelled!).TrySetCanceled(token), cancelled);
        var sending = _sending = SendAsync(_sending);
        await await Task.WhenAny(sending, cancelled.Task);
        Volatile.Write(ref _cancelled, null);
        return Flushed();
    }

    private async Task SendAsync(Task earlier)
    {
        ArraySegment<byte>[] blocks = [.. _full];
        _full.Clear();
        connection.WatchSending();
        await earlier;
        foreach (var block in blocks)
        {
            try
            {
                if (!_isBroken)
                {
                    await connection.Socket.SendAsync(block);
                }
            }
            catch (SocketException)
            {
                _isBroken = true;
            }

            ArrayPool<byte>.Shared.Return(block.Array!);
        }
    }

    [MemberNotNull(nameof(_block))]
    private void MakeRoom(int sizeHint)
    {
        if (_block is not null && _block.Length - _length < Math.Max(1, sizeHint))
        {
            EndBlock();
        }

        _block ??= ArrayPool<byte>.Shared.Rent(Math.Max(Math.Min(BlockBytes, connection.Limits.Backlog.BlockBytes), sizeHint));
    }

    private void EndBlock()
    {
        if (Volatile.Read(ref _stage) != (int)SendStage.Done)
        {
            SendNow();
        }

        if (_block is not null)
        {
            if (_length > 0)
            {
                HasSent = true;
                connection.IsStoppedIdle = false;
            }

            _full.Add(new ArraySegment<byte>(_block, 0, _length));
            _block = null;
            _length = 0;
        }
    }
}
