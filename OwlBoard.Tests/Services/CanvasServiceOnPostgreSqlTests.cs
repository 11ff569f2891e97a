namespace OwlBoard.Tests.Services;

public sealed class CanvasServiceOnPostgreSqlTests(CanvasServiceOnPostgreSql service)
    : CanvasServiceTests(service.OrSkip()), IClassFixture<CanvasServiceOnPostgreSql>;
