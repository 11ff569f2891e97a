using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using OwlBoard.Benchmarks.Upstreams;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>
/// An upstream with one thread per connection, so that the system shares the processor fairly between a busy connection and
/// the others. <c>…/ws</c> is a WebSocket that discards messages, <c>…/download</c> returns 1 GB; for any other request the body
/// is discarded, and the response has 75 bytes.
/// </summary>
internal static class StreamingUpstream
{
    /// <summary>The suffix of the path of the WebSocket.</summary>
    public const string WebSocketPath = "/ws";

    /// <summary>The suffix of the path whose response has <see cref="DownloadBytes"/>.</summary>
    public const string DownloadPath = "/download";

    public const long DownloadBytes = 1L << 30;

    private const int StackBytes = 256 * 1024;
    private const int GreatestHead = 8 * 1024;
    private const int BlockBytes = 64 * 1024;

    private static readonly byte[] SmallResponse = Encoding.ASCII.GetBytes(
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {NginxUpstream.SmallReply.Length}\r\n\r\n{NginxUpstream.SmallReply}");

    public static void Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(4096);
        Start(() =>
        {
            while (true)
            {
                var connection = listener.Accept();
                Start(() => Serve(connection));
            }
        });
    }

    private static void Start(Action action) => new Thread(() => action(), StackBytes) { IsBackground = true }.Start();

    private static void Serve(Socket connection)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            connection.NoDelay = true;
            var buffer = new byte[GreatestHead + BlockBytes];
            var received = 0;
            while (true)
            {
                int end;
                while ((end = buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8)) < 0)
                {
                    var count = received < GreatestHead ? stream.Read(buffer, received, BlockBytes) : 0;
                    if (count == 0)
                    {
                        return;
                    }

                    received += count;
                }

                var head = Encoding.ASCII.GetString(buffer, 0, end + 2);
                var path = head.Split(' ', 3)[1];
                // The bytes after the head belong to the body or the next request.
                var body = ContentLength(head);
                var rest = received - (end + 4);
                var ofBody = (int)Math.Min(body, rest);
                buffer.AsSpan(end + 4 + ofBody, rest - ofBody).CopyTo(buffer);
                received = rest - ofBody;
                Discard(stream, body - ofBody);
                if (path.EndsWith(WebSocketPath, StringComparison.Ordinal))
                {
                    stream.Write(Encoding.ASCII.GetBytes(
                        $"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {Accept(head)}\r\n\r\n"));
                    Discard(stream, long.MaxValue);
                    return;
                }

                if (path.EndsWith(DownloadPath, StringComparison.Ordinal))
                {
                    Download(stream);
                }
                else
                {
                    stream.Write(SmallResponse);
                }
            }
        }
        catch (IOException)
        {
            // The proxy closed the connection.
        }
    }

    private static void Download(NetworkStream stream)
    {
        stream.Write(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {DownloadBytes}\r\n\r\n"));
        var block = new byte[BlockBytes];
        for (var left = DownloadBytes; left > 0; left -= block.Length)
        {
            stream.Write(block);
        }
    }

    private static void Discard(NetworkStream stream, long count)
    {
        var block = new byte[BlockBytes];
        while (count > 0 && stream.Read(block, 0, (int)Math.Min(count, block.Length)) is > 0 and var read)
        {
            count -= read;
        }
    }

    private static long ContentLength(string head) =>
        Field(head, "Content-Length") is { } value && Utf8Parser.TryParse(Encoding.ASCII.GetBytes(value), out long length, out _) ? length : 0;

    private static string? Field(string head, string name)
    {
        var at = head.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : head[(at + name.Length + 3)..].Split('\r', 2)[0].Trim();
    }

    /// <summary>Computes <c>Sec-WebSocket-Accept</c>, which requires SHA-1 (RFC 6455 section 4.2.2).</summary>
#pragma warning disable CA5350
    private static string Accept(string head) => Convert.ToBase64String(
        SHA1.HashData(Encoding.ASCII.GetBytes($"{Field(head, "Sec-WebSocket-Key")}258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
