using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OwlBoard.Services.Canvases;

internal sealed class SaveCanvasRequest
{
    [CanvasId]
    [JsonConverter(typeof(CanvasIdConverter))]
    public string? CanvasId { get; init; }

    [Shapes(IsRequired = true)]
    public JsonElement? Shapes { get; init; }

    /// <summary>The version that the shapes are based on. Without it the save replaces the current version.</summary>
    [Range(0, long.MaxValue, ErrorMessage = "base_version must not be negative")]
    public long? BaseVersion { get; init; }
}
