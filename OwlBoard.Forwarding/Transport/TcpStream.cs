using System.Net.Sockets;

namespace OwlBoard.Forwarding.Transport;

/// <summary>A stream over a <see cref="TcpSocket"/>, for TLS.</summary>
internal sealed class TcpStream(TcpSocket socket) : Stream
{
    /// <summary>The maximum size of a batched write; larger ones gain little from batching.</summary>
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

    /// <summary>Sends the next write by <see cref="TcpSocket.SendInBatchAsync"/> if it is short.</summary>
    public void BatchNextWrite() => _batchesNextWrite = true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isBatched = _batchesNextWrite && buffer.Length <= BatchedBytes;
        _batchesNextWrite = false;
        if (!isBatched)
        {
            return cancellationToken.CanBeCanceled ? WriteUntilAsync(buffer, cancellationToken) : socket.SendAsync(buffer);
        }

        // The writer may reuse its buffer as soon as this method returns.
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

    /// <summary>Closes the socket on cancellation: TLS cannot continue after a partial read or write.</summary>
    private CancellationTokenRegistration CloseOn(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static socket => ((TcpSocket)socket!).Dispose(), socket);
}
