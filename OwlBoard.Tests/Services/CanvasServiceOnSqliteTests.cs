namespace OwlBoard.Tests.Services;

public sealed class CanvasServiceOnSqliteTests(CanvasService service)
    : CanvasServiceTests(service), IClassFixture<CanvasService>;
