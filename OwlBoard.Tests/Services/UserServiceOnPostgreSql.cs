namespace OwlBoard.Tests.Services;

public sealed class UserServiceOnPostgreSql() : RunningService("user", new PostgreSqlStore());
