namespace OwlBoard.Tests.Services;

public sealed class CanvasServiceOnServers() : RunningService("canvas", new SharedStore());
