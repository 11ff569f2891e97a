using System.Net.Sockets;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>A <see cref="TcpSocket"/> for TLS to read from and write to.</summary>
internal sealed class TcpStream(TcpSocket socket) : Stream
{
    /// <summary>What is longer hardly gains by being sent with others.</summary>
    private const int BatchedBytes = 4 * 1024;

    private byte[]? _batched;
    private bool _batchesNextWrite;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.CanBeCanceled ? ReadUntilAsync(buffer, cancellationToken) : socket.ReceiveAsync(buffer);

    /// <summary>The next write is sent as by <see cref="TcpSocket.SendInBatchAsync"/>, if it is short.</summary>
    public void BatchNextWrite() => _batchesNextWrite = true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isBatched = _batchesNextWrite && buffer.Length <= BatchedBytes;
        _batchesNextWrite = false;
        if (!isBatched)
        {
            return cancellationToken.CanBeCanceled ? WriteUntilAsync(buffer, cancellationToken) : socket.SendAsync(buffer);
        }

        // The buffer is the writer's again at once.
        _batched ??= GC.AllocateUninitializedArray<byte>(BatchedBytes);
        buffer.CopyTo(_batched);
        return socket.SendInBatchAsync(_batched.AsMemory(0, buffer.Length));
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask WriteUntilAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await using var cancellation = CloseOn(cancellationToken);
        try
        {
            await socket.SendAsync(buffer);
        }
        catch (SocketException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async ValueTask<int> ReadUntilAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await using var cancellation = CloseOn(cancellationToken);
        try
        {
            return await socket.ReceiveAsync(buffer);
        }
        catch (SocketException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>What was half read or written is of no use to TLS any more.</summary>
    private CancellationTokenRegistration CloseOn(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static socket => ((TcpSocket)socket!).Dispose(), socket);
}
