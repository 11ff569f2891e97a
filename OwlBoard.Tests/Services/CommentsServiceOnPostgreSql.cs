namespace OwlBoard.Tests.Services;

public sealed class CommentsServiceOnPostgreSql() : RunningService("comments", new PostgreSqlStore());
