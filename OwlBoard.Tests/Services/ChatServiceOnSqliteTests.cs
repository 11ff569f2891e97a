namespace OwlBoard.Tests.Services;

public sealed class ChatServiceOnSqliteTests(ChatService service)
    : ChatServiceTests(service), IClassFixture<ChatService>;
