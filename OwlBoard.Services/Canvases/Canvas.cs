namespace OwlBoard.Services.Canvases;

/// <summary>A canvas as it was last saved.</summary>
internal sealed class Canvas
{
    public required string Id { get; set; }

    /// <summary>Counts the saves, from 1; guards against overwriting a newer one.</summary>
    public long Version { get; set; }

    /// <summary>SHA-256 of <see cref="Shapes"/> as UTF-8, in lower-case hex.</summary>
    public required string Checksum { get; set; }

    /// <summary>A JSON array of objects, without white space.</summary>
    public required string Shapes { get; set; }

    public DateTime UpdatedAt { get; set; }
}
