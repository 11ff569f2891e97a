namespace OwlBoard.Tests.Services;

public sealed class CanvasService() : RunningService("canvas");
