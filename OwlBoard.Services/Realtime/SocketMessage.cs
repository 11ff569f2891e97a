using System.Buffers;
using System.Text.Json;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Realtime;

/// <summary>A message of the WebSocket APIs: <c>{"type": …, "data": {…}}</c>.</summary>
internal sealed record SocketMessage(string Type, JsonElement Data)
{
    private const int MaxDepth = 32;

    /// <summary>Reads a message from a client, or says what is wrong with it.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, out SocketMessage message, out string error)
    {
        message = null!;
        try
        {
            if (!IsUnicode(utf8.Span))
            {
                error = "The message holds text that is not valid Unicode";
                return false;
            }

            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("type", out var type)
                || type.ValueKind != JsonValueKind.String)
            {
                error = "A message is a JSON object with a type";
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

    /// <summary>The message as it came, without whatever else the client put beside type and data.</summary>
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
    /// Returns whether all names and texts are Unicode. JSON can escape half a surrogate pair, which has no UTF-16 form: reading
    /// one throws, as does the search for a property beside a name with one.
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
