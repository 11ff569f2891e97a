namespace OwlBoard.Tests.Services;

public sealed class ChatServiceOnPostgreSqlTests(ChatServiceOnPostgreSql service)
    : ChatServiceTests(service.OrSkip()), IClassFixture<ChatServiceOnPostgreSql>;
