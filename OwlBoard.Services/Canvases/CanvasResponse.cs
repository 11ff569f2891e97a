using System.Text.Json.Serialization;

namespace OwlBoard.Services.Canvases;

/// <summary>A complete canvas.</summary>
/// <param name="CanvasId">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Checksum">The checksum of its shapes.</param>
/// <param name="Shapes">The shapes as stored, which are JSON.</param>
internal sealed record CanvasResponse(
    string CanvasId,
    long Version,
    string Checksum,
    [property: JsonConverter(typeof(RawJsonConverter))] string Shapes);
