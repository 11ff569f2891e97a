namespace OwlBoard.Tests.Services;

public sealed class CanvasServiceOnServersTests(CanvasServiceOnServers service)
    : CanvasServiceTests(service), IClassFixture<CanvasServiceOnServers>;
