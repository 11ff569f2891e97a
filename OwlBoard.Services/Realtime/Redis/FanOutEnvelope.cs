using System.Text;

namespace OwlBoard.Services.Realtime.Redis;

/// <summary>
/// The format of a message between replicas: one byte with the length of the skipped connection's id, the id, and the
/// message.
/// </summary>
internal static class FanOutEnvelope
{
    public static byte[] Write(ReadOnlySpan<byte> message, string? exceptConnection)
    {
        var except = exceptConnection ?? "";
        var envelope = new byte[1 + except.Length + message.Length];
        envelope[0] = checked((byte)except.Length);
        Encoding.ASCII.GetBytes(except, envelope.AsSpan(1));
        message.CopyTo(envelope.AsSpan(1 + except.Length));
        return envelope;
    }

    public static (ReadOnlyMemory<byte> Message, string? ExceptConnection) Read(ReadOnlyMemory<byte> envelope)
    {
        var message = 1 + envelope.Span[0];
        return (envelope[message..], message > 1 ? Encoding.ASCII.GetString(envelope.Span[1..message]) : null);
    }
}
