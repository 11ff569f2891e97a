namespace OwlBoard.Tests.Services;

public sealed class CanvasServiceOnPostgreSql() : RunningService("canvas", new PostgreSqlStore());
