using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Wire;

/// <summary>An HTTP/2 client over TLS that sends arbitrary fields, well-formed or not. Every wait has a deadline.</summary>
internal sealed class RawHttp2Client : IDisposable
{
    public const byte DataFrame = 0;
    public const byte HeadersFrame = 1;
    public const byte ContinuationFrame = 9;
    private const byte ResetFrame = 3;
    private const byte SettingsFrame = 4;
    private const byte PingFrame = 6;
    private const byte GoAwayFrame = 7;
    private const byte EndStream = 1;
    private const byte Ack = 1;
    private const byte EndHeaders = 4;

    private readonly TcpClient _client = new() { NoDelay = true };
    private SslStream _stream = null!;
    private int _nextStream = 1;

    /// <param name="port">The port of a TLS listener.</param>
    /// <param name="settings">The payload of the first <c>SETTINGS</c> frame.</param>
    public static async Task<RawHttp2Client> ConnectAsync(int port, byte[]? settings = null)
    {
        var client = new RawHttp2Client();
        await client._client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        client._stream = new SslStream(client._client.GetStream());
        await client._stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable),
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(SslApplicationProtocol.Http2, client._stream.NegotiatedApplicationProtocol);
        await client.WriteAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(SettingsFrame, 0, 0, settings ?? [])]);
        return client;
    }

    /// <summary>Returns the pseudo-header fields of a GET.</summary>
    public static (string Name, string Value)[] Get(string path, string? authority = "a") => Pseudo("GET", path, authority);

    /// <summary>Returns the pseudo-header fields of a POST.</summary>
    public static (string Name, string Value)[] Post(string path) => Pseudo("POST", path, "a");

    private static (string Name, string Value)[] Pseudo(string method, string path, string? authority) =>
        [(":method", method), (":scheme", "https"), (":path", path), .. authority is null ? [] : new[] { (":authority", authority) }];

    /// <summary>Sends a request without a body, with each field as a literal without indexing (RFC 7541 section 6.2.2).</summary>
    /// <returns>The stream's ID.</returns>
    public Task<int> SendAsync(params (string Name, string Value)[] fields) => SendAsync(fields, endsStream: true);

    /// <summary>Sends a header block, which a continuation or a body may follow.</summary>
    /// <returns>The stream's ID.</returns>
    public async Task<int> SendAsync((string Name, string Value)[] fields, bool endsStream = true, bool endsHeaders = true)
    {
        var stream = _nextStream;
        _nextStream += 2;
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }

        await WriteAsync(Frame(HeadersFrame, (byte)((endsHeaders ? EndHeaders : 0) | (endsStream ? EndStream : 0)), stream, [.. block]));
        return stream;
    }

    /// <summary>Returns the outcome of a stream: its status, <c>reset</c>, or <c>goaway</c> if the connection ends.</summary>
    public async Task<string> OutcomeAsync(int stream)
    {
        var outcome = "";
        while (true)
        {
            byte type, flags;
            int id;
            byte[] payload;
            try
            {
                (type, flags, id, payload) = await ReadFrameAsync();
            }
            catch (IOException)
            {
                return "goaway";
            }

            switch (type)
            {
                case SettingsFrame when (flags & Ack) == 0:
                    await WriteAsync(Frame(SettingsFrame, Ack, 0, []));
                    break;
                case PingFrame when (flags & Ack) == 0:
                    await WriteAsync(Frame(PingFrame, Ack, 0, payload));
                    break;
                case GoAwayFrame:
                    return "goaway";
                case ResetFrame when id == stream:
                    return outcome.Length > 0 ? outcome : "reset";
                case HeadersFrame when id == stream && outcome.Length == 0:
                    outcome = StatusOf(payload);
                    break;
            }

            if (type is HeadersFrame or DataFrame && id == stream && (flags & EndStream) != 0)
            {
                return outcome;
            }
        }
    }

    /// <summary>Sends the given number of equal frames.</summary>
    public async Task SendFramesAsync(int count, byte type, byte flags, int stream) =>
        await WriteAsync([.. Enumerable.Repeat(Frame(type, flags, stream, []), count).SelectMany(frame => frame)]);

    /// <summary>Reads until the server ends the connection.</summary>
    public async Task ReadToEndAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _stream.ReadAsync(buffer, TestContext.Current.CancellationToken) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The server reset the connection.
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    /// <summary>Reads the first field of a response, the status: indexed, or a literal with an indexed name.</summary>
    private static string StatusOf(ReadOnlySpan<byte> block)
    {
        while ((block[0] & 0xE0) == 0x20)
        {
            // Skip the table size update.
            block = block[1..];
        }

        string[] indexed = ["200", "204", "206", "304", "400", "404", "500"];
        return (block[0] & 0x80) != 0
            ? indexed[(block[0] & 0x7F) - 8]
            : Encoding.ASCII.GetString(block.Slice(2, block[1] & 0x7F));
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    private static void AddText(List<byte> block, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        // An integer with a 7-bit prefix (RFC 7541 section 5.1).
        var length = bytes.Length;
        if (length < 127)
        {
            block.Add((byte)length);
        }
        else
        {
            block.Add(127);
            for (length -= 127; length >= 128; length >>= 7)
            {
                block.Add((byte)(length & 127 | 128));
            }

            block.Add((byte)length);
        }

        block.AddRange(bytes);
    }

    private async Task<(byte Type, byte Flags, int Stream, byte[] Payload)> ReadFrameAsync()
    {
        var head = await ReadAsync(9);
        var payload = await ReadAsync(head[0] << 16 | head[1] << 8 | head[2]);
        return (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        return bytes;
    }

    private async Task WriteAsync(byte[] bytes) => await _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
}
