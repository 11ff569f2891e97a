namespace OwlBoard.Services.Canvases;

/// <summary>The state of a canvas, which a client compares with its own.</summary>
internal sealed record CanvasState(string CanvasId, long Version, string Checksum);
