using System.Net.WebSockets;

namespace OwlBoard.Tests.Forwarding.WebSockets;

/// <summary>Encodes and decodes frames with the runtime's WebSocket.</summary>
internal static class Frames
{
    /// <summary>The payload sizes around those at which the header's form changes.</summary>
    public static readonly int[] Sizes = [0, 1, 125, 126, 127, 65535, 65536, 70_001];

    public static byte[] Payload(int size)
    {
        var payload = new byte[size];
        new Random(size).NextBytes(payload);
        return payload;
    }

    /// <summary>Returns one frame for each size, as a server (unmasked) or a client (masked) sends it.</summary>
    public static async Task<List<byte[]>> EncodeAsync(bool isServer, params int[] sizes)
    {
        using var wire = new MemoryStream();
        using var sender = WebSocket.CreateFromStream(wire, isServer, null, Timeout.InfiniteTimeSpan);
        var frames = new List<byte[]>();
        foreach (var size in sizes)
        {
            wire.SetLength(0);
            await sender.SendAsync(Payload(size), WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
            frames.Add(wire.ToArray());
        }

        return frames;
    }

    /// <summary>Receives the next message or close frame; the receiver handles pings itself.</summary>
    public static async Task<(WebSocketMessageType Type, byte[] Payload)> ReceiveAsync(WebSocket receiver)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16_384];
        while (true)
        {
            var result = await receiver.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
            message.Write(buffer, 0, result.Count);
            if (result.EndOfMessage)
            {
                return (result.MessageType, message.ToArray());
            }
        }
    }
}
