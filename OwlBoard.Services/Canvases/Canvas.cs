namespace OwlBoard.Services.Canvases;

/// <summary>A canvas in the state of its last save.</summary>
internal sealed class Canvas
{
    public required string Id { get; set; }

    /// <summary>The number of saves, starting at 1. Detects a save that would overwrite a newer one.</summary>
    public long Version { get; set; }

    /// <summary>The SHA-256 of <see cref="Shapes"/> as UTF-8, in lower-case hex.</summary>
    public required string Checksum { get; set; }

    /// <summary>The shapes: a JSON array of objects, without white space.</summary>
    public required string Shapes { get; set; }

    public DateTime UpdatedAt { get; set; }
}
