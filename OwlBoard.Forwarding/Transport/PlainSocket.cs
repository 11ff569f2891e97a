using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Forwarding.Transport;

/// <summary>A TCP connection with the asynchronous operations of <see cref="Socket"/>, where loops are not supported.</summary>
internal sealed class PlainSocket : TcpSocket
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private PlainSocket()
    {
    }

    public static async ValueTask<PlainSocket> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var socket = new PlainSocket();
        try
        {
            await socket._socket.ConnectAsync(addresses, port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, SocketFlags.None);

    public override async ValueTask<int> ReceiveAsync(IReceiveBuffer buffer)
    {
        await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
        return await _socket.ReceiveAsync(buffer.GetMemory(), SocketFlags.None);
    }

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[await _socket.SendAsync(buffer, SocketFlags.None)..];
        }
    }

    public override void Shutdown(SocketShutdown how) => _socket.Shutdown(how);

    public override void Dispose() => _socket.Dispose();
}
