namespace OwlBoard.Tests.Services;

public sealed class CanvasServiceOnServersTests(CanvasServiceOnServers service)
    : CanvasServiceTests(service.OrSkip()), IClassFixture<CanvasServiceOnServers>;
