using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// What a client is sent: given to the kernel when it is flushed, or with what else the loop's batch sends if it is little
/// and this is a loop's thread. A flush that the kernel does not take all of ends when it has, and who writes waits for that:
/// no more is kept here than was written in between.
/// </summary>
internal sealed class LoopWriter(LoopConnection connection) : PipeWriter
{
    /// <summary>Holds a head and a small body.</summary>
    private const int BlockBytes = 16 * 1024;

    /// <summary>Blocks that get no more, in order.</summary>
    private readonly List<ArraySegment<byte>> _full = [];
    private byte[]? _block;
    private int _length;
    private long _unflushed;

    /// <summary>
    /// Where the block is that was left to a loop's batch, which may send it while whoever writes goes on on
    /// another thread. Nothing of what is to be sent is touched before it is sent.
    /// </summary>
    private int _stage = (int)SendStage.Done;

    private volatile bool _isBroken;
    private bool _isCompleted;

    /// <summary>What a flush that was cancelled goes on to send.</summary>
    private Task _sending = Task.CompletedTask;

    private TaskCompletionSource? _cancelled;
    private int _isCancelled;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    /// <summary>Ends when everything is the kernel's, or lost.</summary>
    public Task Sending => _sending;

    public LoopSocket Socket => connection.Socket;

    /// <summary>Whether anything was sent, or tried to be.</summary>
    public bool HasSent { get; private set; }

    /// <summary>Whether the client is gone.</summary>
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

    /// <summary>Sends what was left to the loop's batch, unless it has been sent.</summary>
    public void SendQueued()
    {
        if (Interlocked.CompareExchange(ref _stage, (int)SendStage.Sending, (int)SendStage.Queued) == (int)SendStage.Queued)
        {
            SendOrBegin();
            Volatile.Write(ref _stage, (int)SendStage.Done);
        }
    }

    /// <summary>Drops what is written from now on.</summary>
    public void Break() => _isBroken = true;

    /// <summary>Sends what was left to a batch that has not come to it, or waits until it has.</summary>
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

    /// <summary>Leaves a block that is not full to the loop's batch.</summary>
    /// <returns>Whether that is possible.</returns>
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

    /// <summary>Sends what the kernel takes.</summary>
    /// <returns>Whether nothing is left.</returns>
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

        // Whoever is gone has taken all that it will.
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
