namespace OwlBoard.Services.Canvases;

/// <summary>Which state of a canvas a client has, to compare with the server's.</summary>
internal sealed record CanvasState(string CanvasId, long Version, string Checksum);
