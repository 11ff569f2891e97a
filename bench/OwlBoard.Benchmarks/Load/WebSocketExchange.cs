using System.Text;

namespace OwlBoard.Benchmarks.Load;

/// <summary>A WebSocket whose text messages of 64 bytes are echoed (RFC 6455).</summary>
internal sealed class WebSocketExchange : IExchange
{
    private const int MessageBytes = 64;
    private const int GreatestControlFrame = 125;
    private const byte FinalText = 0x81;
    private const byte Ping = 0x89;
    private const byte Masked = 0x80;

    private static readonly byte[] Mask = [0x37, 0xFA, 0x21, 0x3D];

    public string Name => "messages";

    public byte[] Opening(Target target) => Encoding.ASCII.GetBytes(
        $"""
        GET {target.Path} HTTP/1.1
        Host: 127.0.0.1:{target.Port}
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: {Convert.ToBase64String(Guid.NewGuid().ToByteArray())}


        """.ReplaceLineEndings("\r\n"));

    public byte[] Request(Target target) =>
        [FinalText, Masked | MessageBytes, .. Mask, .. Enumerable.Range(0, MessageBytes).Select(i => (byte)('o' ^ Mask[i % Mask.Length]))];

    public Reply RecognizeOpening(ReadOnlySpan<byte> received, out int length)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        length = end + 4;
        return end < 0 ? Reply.Incomplete : received.StartsWith("HTTP/1.1 101 "u8) ? Reply.Complete : Reply.Broken;
    }

    public Reply Recognize(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        if (received.Length < 2)
        {
            return Reply.Incomplete;
        }

        length = 2 + received[1];
        return (received[0], received[1]) switch
        {
            (FinalText, MessageBytes) => received.Length >= length ? Reply.Complete : Reply.Incomplete,
            // The load balancer pings every 30 s. Measurements are shorter than its pong timeout, so pings are ignored.
            (Ping, <= GreatestControlFrame) => received.Length >= length ? Reply.Ignored : Reply.Incomplete,
            _ => Reply.Broken,
        };
    }
}
