using System.Buffers;
using System.Text.Json;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Realtime;

/// <summary>A message of the WebSocket APIs: <c>{"type": …, "data": {…}}</c>.</summary>
internal sealed record SocketMessage(string Type, JsonElement Data)
{
    private const int MaxDepth = 32;

    /// <summary>Parses a client's message, or returns the error.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, out SocketMessage message, out string error)
    {
        message = null!;
        try
        {
            if (!IsUnicode(utf8.Span))
            {
                error = "The message contains text that is not valid Unicode";
                return false;
            }

            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("type", out var type)
                || type.ValueKind != JsonValueKind.String)
            {
                error = "A message must be a JSON object with a type";
                return false;
            }

            if (!root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object)
            {
                error = "data must be an object";
                return false;
            }

            message = new(type.GetString()!, data.Clone());
            error = "";
            return true;
        }
        catch (JsonException)
        {
            error = "The message is not valid JSON";
            return false;
        }
    }

    public static ReadOnlyMemory<byte> Write<T>(string type, T data) =>
        JsonSerializer.SerializeToUtf8Bytes(new Envelope<T>(type, data), ApiConventions.Json);

    /// <summary>Serializes the message for other clients, with type and data only.</summary>
    public ReadOnlyMemory<byte> Relay()
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("type", Type);
            json.WritePropertyName("data");
            json.WriteRawValue(Data.GetRawText(), skipInputValidation: true);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Error(string detail) => Write("error", new ErrorBody(detail));

    /// <summary>
    /// Returns a value that indicates whether all names and texts are valid Unicode. JSON can escape an unpaired surrogate;
    /// reading such text throws, and so does a property lookup next to such a name.
    /// </summary>
    private static bool IsUnicode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\u"u8) < 0)
        {
            return true;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private sealed record Envelope<T>(string Type, T Data);
}
