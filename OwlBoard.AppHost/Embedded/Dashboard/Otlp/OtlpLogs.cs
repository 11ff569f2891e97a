using OwlBoard.AppHost.Embedded.Dashboard.Records;

namespace OwlBoard.AppHost.Embedded.Dashboard.Otlp;

/// <summary>Reads an <c>ExportLogsServiceRequest</c>; field numbers are those of opentelemetry-proto 1.x.</summary>
internal static class OtlpLogs
{
    /// <exception cref="InvalidDataException">It is not such a message.</exception>
    public static List<LogRecord> Read(ReadOnlySpan<byte> body) => new OtlpRequest<LogRecord>
    {
        ReadRecord = static (message, records) => records.Add(ReadRecord(message)),
        WithResource = (record, name) => record with { Resource = name },
        WithScope = (record, name) => record with { Category = name },
    }.Read(body);

    private static LogRecord ReadRecord(ProtoReader message)
    {
        ulong time = 0, observed = 0, severity = 0;
        string text = string.Empty, traceId = string.Empty, spanId = string.Empty;
        var attributes = new List<KeyValuePair<string, string>>();
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    time = message.ReadFixed64();
                    break;
                case 2:
                    severity = message.ReadVarint();
                    break;
                case 5:
                    text = OtlpAttributes.ReadValue(message.ReadMessage());
                    break;
                case 6:
                    OtlpAttributes.Read(message.ReadMessage(), attributes);
                    break;
                case 9:
                    traceId = OtlpTraces.ReadId(ref message, 16, "trace_id");
                    break;
                case 10:
                    spanId = OtlpTraces.ReadId(ref message, 8, "span_id");
                    break;
                case 11:
                    observed = message.ReadFixed64();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return new LogRecord(string.Empty, string.Empty, time == 0 ? observed : time, (int)Math.Min(severity, 24), text)
        {
            TraceId = traceId.Length == 0 ? null : traceId,
            SpanId = spanId.Length == 0 ? null : spanId,
            Attributes = attributes,
        };
    }
}
