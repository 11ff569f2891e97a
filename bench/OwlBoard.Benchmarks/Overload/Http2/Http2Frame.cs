using System.Buffers.Binary;
using System.Text;

namespace OwlBoard.Benchmarks.Overload.Http2;

/// <summary>The frames that attackers send (RFC 9113 section 6).</summary>
internal static class Http2Frame
{
    public const int HeadBytes = 9;

    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte Ack = 1;
    public const byte EndHeaders = 4;

    public const byte InitialWindowSize = 4;

    /// <summary>Builds a frame.</summary>
    public static byte[] Create(byte type, byte flags, int stream, params ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeadBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    /// <summary>Builds a SETTINGS frame with one setting.</summary>
    public static byte[] Setting(byte setting, int value)
    {
        var payload = new byte[6];
        payload[1] = setting;
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(2), value);
        return Create(Settings, 0, 0, payload);
    }

    /// <summary>Encodes a literal field without indexing; name and value have fewer than 127 bytes each (RFC 7541 section 6.2.2).</summary>
    public static byte[] Field(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    /// <summary>Encodes the pseudo-header fields of a request.</summary>
    public static byte[] Request(string method, string path) =>
        [.. Field(":method", method), .. Field(":scheme", "https"), .. Field(":path", path), .. Field(":authority", "localhost")];
}
