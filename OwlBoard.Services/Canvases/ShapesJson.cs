using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Canvases;

/// <summary>Shapes as stored, with their checksum.</summary>
internal sealed record ShapesJson(string Text, string Checksum)
{
    public static ShapesJson From(JsonElement? shapes)
    {
        var utf8 = shapes is { } some ? Compact(some) : "[]"u8.ToArray();
        return new(Encoding.UTF8.GetString(utf8), Convert.ToHexStringLower(SHA256.HashData(utf8)));
    }

    private static byte[] Compact(JsonElement shapes)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(shapes);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // JSON can escape an unpaired surrogate, which is not valid text.
            throw ApiException.Unprocessable("shapes contains text that is not valid Unicode");
        }
    }
}
