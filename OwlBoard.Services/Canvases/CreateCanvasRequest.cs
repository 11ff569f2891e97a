using System.Text.Json;
using System.Text.Json.Serialization;

namespace OwlBoard.Services.Canvases;

internal sealed class CreateCanvasRequest
{
    [CanvasId]
    [JsonConverter(typeof(CanvasIdConverter))]
    public string? Id { get; init; }

    [Shapes]
    public JsonElement? Shapes { get; init; }
}
