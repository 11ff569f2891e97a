namespace OwlBoard.Services.Canvases;

/// <summary>The response to a save based on a stale version, with the current version to fetch and merge.</summary>
internal sealed record SaveConflict(string Detail, string CanvasId, long Version, string Checksum);
