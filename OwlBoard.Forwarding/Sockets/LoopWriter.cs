using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// What a client is sent: given to the kernel when it is flushed. A flush that the kernel does not take all of ends when it
/// has, and who writes waits for that: no more is kept here than was written in between.
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
    private bool _isBroken;
    private bool _isCompleted;

    /// <summary>What a flush that was cancelled goes on to send.</summary>
    private Task _sending = Task.CompletedTask;

    private TaskCompletionSource? _cancelled;
    private int _isCancelled;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    /// <summary>Ends when everything is the kernel's, or lost.</summary>
    public Task Sending => _sending;

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
        return _sending.IsCompleted && TrySend() ? new ValueTask<FlushResult>(Flushed()) : FlushSlowlyAsync(cancellationToken);
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
            if (!_sending.IsCompleted || !TrySend())
            {
                _sending = SendAsync(_sending);
            }
        }
    }

    private FlushResult Flushed() =>
        new(isCanceled: Volatile.Read(ref _isCancelled) != 0 && Interlocked.Exchange(ref _isCancelled, 0) != 0, isCompleted: _isBroken);

    /// <summary>Sends what the kernel takes.</summary>
    /// <returns>Whether nothing is left.</returns>
    private bool TrySend()
    {
        EndBlock();
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
        _sending = SendAsync(_sending);
        await await Task.WhenAny(_sending, cancelled.Task);
        Volatile.Write(ref _cancelled, null);
        return Flushed();
    }

    private async Task SendAsync(Task earlier)
    {
        EndBlock();
        ArraySegment<byte>[] blocks = [.. _full];
        _full.Clear();
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

        _block ??= ArrayPool<byte>.Shared.Rent(Math.Max(BlockBytes, sizeHint));
    }

    private void EndBlock()
    {
        if (_block is not null)
        {
            _full.Add(new ArraySegment<byte>(_block, 0, _length));
            _block = null;
            _length = 0;
        }
    }
}
