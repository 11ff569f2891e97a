using OwlBoard.AppHost.Embedded.Dashboard.Traces;

namespace OwlBoard.AppHost.Embedded.Dashboard.Otlp;

/// <summary>Reads an <c>ExportTraceServiceRequest</c>; field numbers are those of opentelemetry-proto 1.x.</summary>
internal static class OtlpTraces
{
    /// <summary>Events kept of a span.</summary>
    private const int MostEvents = 32;

    /// <exception cref="InvalidDataException">It is not such a message.</exception>
    public static List<Span> Read(ReadOnlySpan<byte> body) => new OtlpRequest<Span>
    {
        ReadRecord = static (message, spans) => spans.Add(ReadSpan(message)),
        WithResource = (span, name) => span with { Resource = name },
        WithScope = (span, name) => span with { Source = name },
    }.Read(body);

    private static Span ReadSpan(ProtoReader message)
    {
        string traceId = string.Empty, id = string.Empty, parentId = string.Empty, name = string.Empty;
        ulong kind = 0, start = 0, end = 0;
        (bool IsError, string? Text) status = default;
        var attributes = new List<KeyValuePair<string, string>>();
        var events = new List<SpanEvent>();
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    traceId = ReadId(ref message, 16, "trace_id");
                    break;
                case 2:
                    id = ReadId(ref message, 8, "span_id");
                    break;
                case 4:
                    parentId = ReadId(ref message, 8, "parent_span_id");
                    break;
                case 5:
                    name = message.ReadString(OtlpAttributes.LongestName);
                    break;
                case 6:
                    kind = message.ReadVarint();
                    break;
                case 7:
                    start = message.ReadFixed64();
                    break;
                case 8:
                    end = message.ReadFixed64();
                    break;
                case 9:
                    OtlpAttributes.Read(message.ReadMessage(), attributes);
                    break;
                case 11 when events.Count < MostEvents:
                    events.Add(ReadEvent(message.ReadMessage()));
                    break;
                case 15:
                    status = ReadStatus(message.ReadMessage());
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        if (traceId.Length == 0 || id.Length == 0)
        {
            throw new InvalidDataException("A span has no trace_id or no span_id.");
        }

        return new Span(traceId, id, parentId.Length == 0 ? null : parentId, string.Empty, name)
        {
            Kind = kind <= (ulong)SpanKind.Consumer ? (SpanKind)kind : SpanKind.Unspecified,
            Start = start,
            End = Math.Max(start, end),
            // OpenTelemetry has a client's span fail at 4xx; an answer such as 404 is one that the service meant to give.
            IsError = status.IsError && !attributes.Exists(attribute =>
                attribute is { Key: "http.response.status_code", Value: ['4', ..] }),
            Message = status.Text,
            Attributes = attributes,
            Events = events,
        };
    }

    private static SpanEvent ReadEvent(ProtoReader message)
    {
        ulong time = 0;
        var name = string.Empty;
        var attributes = new List<KeyValuePair<string, string>>();
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    time = message.ReadFixed64();
                    break;
                case 2:
                    name = message.ReadString(OtlpAttributes.LongestName);
                    break;
                case 3:
                    OtlpAttributes.Read(message.ReadMessage(), attributes);
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return new(time, name, attributes);
    }

    private static (bool IsError, string? Text) ReadStatus(ProtoReader message)
    {
        const ulong Error = 2;
        var isError = false;
        string? text = null;
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 2:
                    text = message.ReadString(OtlpAttributes.LongestValue);
                    break;
                case 3:
                    isError = message.ReadVarint() == Error;
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        return (isError, string.IsNullOrEmpty(text) ? null : text);
    }

    /// <summary>An id as hexadecimal digits; an empty one is none.</summary>
    internal static string ReadId(ref ProtoReader message, int length, string name)
    {
        var bytes = message.ReadBytes();
        return bytes.Length == length || bytes.IsEmpty
            ? Convert.ToHexStringLower(bytes)
            : throw new InvalidDataException($"A {name} has {bytes.Length} bytes; it must have {length}.");
    }
}
