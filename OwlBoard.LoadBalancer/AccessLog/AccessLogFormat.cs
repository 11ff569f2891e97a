using System.Buffers;
using System.Text.Json;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Formats entries as lines.</summary>
internal static class AccessLogFormat
{
    /// <summary>An upper bound of the bytes in a line that do not depend on the client.</summary>
    private const int OwnBytes = 512;

    public static void WriteText(in AccessLogEntry entry, IBufferWriter<byte> output)
    {
        var characters = entry.Method.Length + entry.Target.PathAndQuery.Length + entry.Protocol.Length
            + entry.UserAgent.Length + entry.Upstream.Length + entry.Listener.Length;
        var line = new LineWriter(output.GetSpan(OwnBytes + (LineWriter.LongestCharacter * characters)));
        line.Write(entry.Client);
        line.Write(" ["u8);
        line.WriteTime(entry.Time.UtcDateTime);
        line.Write("] \""u8);
        line.WriteEscaped(entry.Method);
        line.Write(" "u8);
        line.WriteEscaped(entry.Target.PathAndQuery);
        line.Write(" "u8);
        line.Write(entry.Protocol);
        line.Write("\" "u8);
        line.Write(entry.Status);
        line.Write(" "u8);
        line.Write(entry.Bytes);
        line.Write(" "u8);
        line.WriteSeconds(entry.Duration);
        line.Write(" \""u8);
        line.WriteEscaped(entry.UserAgent);
        line.Write("\" upstream: "u8);
        line.Write(entry.Upstream);
        line.Write(" tries: "u8);
        line.Write(entry.Attempts);
        line.Write(" listener: "u8);
        line.Write(entry.Listener);
        line.Write(" trace: "u8);
        line.Write(TraceParent.TraceIdOf(entry.TraceParent));
        line.Write("\n"u8);
        output.Advance(line.Length);
    }

    public static void WriteJson(in AccessLogEntry entry, IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.Time.UtcDateTime);
            json.WriteString("client", entry.Client.ToString());
            json.WriteString("method", entry.Method);
            json.WriteString("path", entry.Target.Path);
            json.WriteString("query", entry.Target.Query);
            json.WriteString("protocol", entry.Protocol);
            json.WriteNumber("status", entry.Status);
            json.WriteNumber("bytes", entry.Bytes);
            json.WriteNumber("duration_s", Math.Round(entry.Duration.TotalSeconds, 6));
            json.WriteString("user_agent", entry.UserAgent);
            json.WriteString("upstream", entry.Upstream);
            json.WriteNumber("tries", entry.Attempts);
            json.WriteString("listener", entry.Listener);
            json.WriteString("trace_id", TraceParent.TraceIdOf(entry.TraceParent));
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }
}
