using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using OwlBoard.Benchmarks.Overload.Processes;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>A WebSocket that sends continuously.</summary>
internal sealed class BusyWebSocket() : Attack("busy-websocket")
{
    private const byte FinalBinary = 0x82;
    private const byte MaskedWithLongLength = 0x80 | 127;

    public override string Description => "one WebSocket that sends messages of 64 KB as fast as possible";

    public override bool NeedsStreamingUpstream => true;

    public override async Task<string> RunAsync(AttackTarget target, CancellationToken stop)
    {
        var message = Message();
        var sent = await new BusyConnection(target.EndPoint, AttackTarget.Attacker(0), Transfer).RunAsync(stop);
        return $"sends {sent}";

        void Transfer(NetworkStream stream, Action<int> report)
        {
            stream.Write(Encoding.ASCII.GetBytes(
                $"""
                GET /api/chat{StreamingUpstream.WebSocketPath} HTTP/1.1
                Host: localhost
                Connection: Upgrade
                Upgrade: websocket
                Sec-WebSocket-Version: 13
                Sec-WebSocket-Key: {Convert.ToBase64String(new byte[16])}


                """.ReplaceLineEndings("\r\n")));
            BusyConnection.ReadHead(stream, 101);
            while (true)
            {
                stream.Write(message);
                report(message.Length);
            }
        }
    }

    /// <summary>A frame whose masking key is zero, so that the payload needs no masking (RFC 6455 section 5.2).</summary>
    private static byte[] Message()
    {
        const int HeadBytes = 14;
        var message = new byte[HeadBytes + BusyConnection.BlockBytes];
        message[0] = FinalBinary;
        message[1] = MaskedWithLongLength;
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(2), BusyConnection.BlockBytes);
        return message;
    }
}
