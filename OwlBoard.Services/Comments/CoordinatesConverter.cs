using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Comments;

/// <summary>Reads coordinates as <c>"x,y"</c> or <c>[x,y]</c>; writes <c>[x,y]</c>.</summary>
internal sealed class CoordinatesConverter : JsonConverter<Coordinates>
{
    private const string Expectation = "must be two numbers: \"x,y\" or [x,y]";

    /// <summary>The largest coordinate: far beyond any board, and still exact.</summary>
    private const double MaxCoordinate = 1e9;

    public override Coordinates Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (x, y) = reader.TokenType switch
        {
            JsonTokenType.String => FromText(reader.GetString()!),
            JsonTokenType.StartArray => FromArray(ref reader),
            _ => throw new WrongValueException(Expectation),
        };
        return double.IsFinite(x) && double.IsFinite(y) && Math.Abs(x) <= MaxCoordinate && Math.Abs(y) <= MaxCoordinate
            ? new(x, y)
            : throw new WrongValueException(Expectation);
    }

    public override void Write(Utf8JsonWriter writer, Coordinates value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.X);
        writer.WriteNumberValue(value.Y);
        writer.WriteEndArray();
    }

    private static (double X, double Y) FromText(string text)
    {
        var parts = text.Split(',');
        return parts.Length == 2 && TryNumber(parts[0], out var x) && TryNumber(parts[1], out var y)
            ? (x, y)
            : throw new WrongValueException(Expectation);
    }

    private static (double X, double Y) FromArray(ref Utf8JsonReader reader)
    {
        var x = NextNumber(ref reader);
        var y = NextNumber(ref reader);
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray
            ? (x, y)
            : throw new WrongValueException(Expectation);
    }

    private static double NextNumber(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number)
            ? number
            : throw new WrongValueException(Expectation);

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
