using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Canvases;

/// <summary>Reads a canvas id as text or number: a canvas usually has the id of its dashboard, which is a number.</summary>
internal sealed class CanvasIdConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number when reader.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
            _ => throw new WrongValueException("must be text"),
        };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
