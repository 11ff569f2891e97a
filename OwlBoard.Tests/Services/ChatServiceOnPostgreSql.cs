namespace OwlBoard.Tests.Services;

public sealed class ChatServiceOnPostgreSql() : RunningService("chat", new PostgreSqlStore());
