using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OwlBoard.Forwarding.Tracing;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Writes entries as lines. What came from a client is escaped: it cannot forge a line or a field.</summary>
internal static class AccessLogFormat
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static void WriteText(in AccessLogEntry entry, StringBuilder line)
    {
        line.Append(entry.Client).Append(" [").Append(entry.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)).Append("] \"");
        AppendEscaped(line, entry.Method);
        line.Append(' ');
        AppendEscaped(line, entry.Path);
        AppendEscaped(line, entry.Query);
        line.Append(' ').Append(entry.Protocol).Append("\" ")
            .Append(entry.Status).Append(' ')
            .Append(entry.Bytes).Append(' ')
            .Append(CultureInfo.InvariantCulture, $"{entry.Duration.TotalSeconds:0.000}").Append(" \"");
        AppendEscaped(line, entry.UserAgent);
        line.Append("\" upstream: ").Append(entry.Upstream)
            .Append(" tries: ").Append(entry.Tries)
            .Append(" listener: ").Append(entry.Listener)
            .Append(" trace: ").Append(TraceParent.TraceIdOf(entry.TraceParent)).Append('\n');
    }

    public static void WriteJson(in AccessLogEntry entry, IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.Time.UtcDateTime);
            json.WriteString("client", entry.Client.ToString());
            json.WriteString("method", entry.Method);
            json.WriteString("path", entry.Path);
            json.WriteString("query", entry.Query);
            json.WriteString("protocol", entry.Protocol);
            json.WriteNumber("status", entry.Status);
            json.WriteNumber("bytes", entry.Bytes);
            json.WriteNumber("duration_s", Math.Round(entry.Duration.TotalSeconds, 6));
            json.WriteString("user_agent", entry.UserAgent);
            json.WriteString("upstream", entry.Upstream);
            json.WriteNumber("tries", entry.Tries);
            json.WriteString("listener", entry.Listener);
            json.WriteString("trace_id", TraceParent.TraceIdOf(entry.TraceParent));
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Line separators, and what reorders or hides the text around it on a terminal.</summary>
    private static bool MayMisleadReader(char character) => CharUnicodeInfo.GetUnicodeCategory(character)
        is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format or UnicodeCategory.Surrogate;

    private static void AppendEscaped(StringBuilder line, string value)
    {
        foreach (var character in value)
        {
            if (character is '"' or '\\' || char.IsControl(character))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:X2}");
            }
            else if (character > '\u00FF' && MayMisleadReader(character))
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            }
            else
            {
                line.Append(character);
            }
        }
    }
}
