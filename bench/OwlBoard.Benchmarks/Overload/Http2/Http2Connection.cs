using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace OwlBoard.Benchmarks.Overload.Http2;

/// <summary>A client connection over TLS that sends arbitrary frames, well-formed or not.</summary>
internal sealed class Http2Connection : IDisposable
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly SemaphoreSlim _sending = new(1);

    private Http2Connection(Socket socket)
    {
        _socket = socket;
        // The harness has issued the certificate itself, so it needs no validation.
        _stream = new SslStream(
            new NetworkStream(socket),
            leaveInnerStreamOpen: false,
            (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable));
    }

    /// <summary>Connects and sends the preface and the SETTINGS frame.</summary>
    public static async Task<Http2Connection> OpenAsync(IPAddress from, IPEndPoint target, byte[] settings, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(OpenTimeout);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            LingerState = new LingerOption(enable: true, seconds: 0),
        };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(target, timeout.Token);
            var connection = new Http2Connection(socket);
            await connection._stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] }, timeout.Token);
            await connection.SendAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. settings], timeout.Token);
            return connection;
        }
        catch
        {
            socket.Close(0);
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _stream.WriteAsync(frames, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>
    /// Receives until the proxy closes the connection, and acknowledges SETTINGS and PING.
    /// </summary>
    /// <param name="frame">Called with the type, the flags and the stream of each frame.</param>
    /// <param name="cancellationToken">Cancels the receive loop.</param>
    public async Task ReceiveAsync(Action<byte, byte, int> frame, CancellationToken cancellationToken)
    {
        var head = new byte[Http2Frame.HeadBytes];
        while (await _stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) == head.Length)
        {
            var (type, flags, stream) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
            var payload = new byte[head[0] << 16 | head[1] << 8 | head[2]];
            await _stream.ReadExactlyAsync(payload, cancellationToken);
            if (type is Http2Frame.Settings or Http2Frame.Ping && (flags & Http2Frame.Ack) == 0)
            {
                await SendAsync(
                    Http2Frame.Create(type, Http2Frame.Ack, 0, type == Http2Frame.Ping ? payload : []), cancellationToken);
            }

            frame(type, flags, stream);
            if (type == Http2Frame.GoAway)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        // Without a TLS close_notify, because the proxy may not read it.
        _socket.Close(0);
        _stream.Dispose();
        _sending.Dispose();
    }
}
