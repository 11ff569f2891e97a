using System.Security.Cryptography;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>The control frames that the proxy itself inserts into a WebSocket (RFC 6455 section 5.5).</summary>
internal static class ControlFrames
{
    private const byte FinalClose = 0x88;
    private const byte FinalPing = 0x89;
    private const byte Masked = 0x80;

    /// <summary>Status code 1001, going away (RFC 6455 section 7.4.1), in network byte order.</summary>
    private static ReadOnlySpan<byte> GoingAway => [0x03, 0xE9];

    /// <summary>A close frame as sent by a server: unmasked.</summary>
    public static ReadOnlyMemory<byte> CloseToClient { get; } =
        new byte[] { FinalClose, (byte)GoingAway.Length, GoingAway[0], GoingAway[1] };

    /// <summary>A ping frame as sent by a server: unmasked.</summary>
    public static ReadOnlyMemory<byte> PingToClient { get; } = new byte[] { FinalPing, 0 };

    /// <summary>Returns a close frame as sent by a client: masked with a new key (RFC 6455 section 5.3).</summary>
    public static ReadOnlyMemory<byte> CloseToServer()
    {
        var frame = new byte[8];
        frame[0] = FinalClose;
        frame[1] = (byte)(Masked | GoingAway.Length);
        var key = frame.AsSpan(2, 4);
        RandomNumberGenerator.Fill(key);
        for (var i = 0; i < GoingAway.Length; i++)
        {
            frame[6 + i] = (byte)(GoingAway[i] ^ key[i]);
        }

        return frame;
    }

    /// <summary>Returns a ping frame as sent by a client: with a masking key, although the payload is empty.</summary>
    public static ReadOnlyMemory<byte> PingToServer()
    {
        var frame = new byte[6];
        frame[0] = FinalPing;
        frame[1] = Masked;
        RandomNumberGenerator.Fill(frame.AsSpan(2));
        return frame;
    }
}
