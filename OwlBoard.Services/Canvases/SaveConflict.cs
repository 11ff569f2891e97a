namespace OwlBoard.Services.Canvases;

/// <summary>The answer to a save upon a stale version: what to fetch and merge before trying again.</summary>
internal sealed record SaveConflict(string Detail, string CanvasId, long Version, string Checksum);
