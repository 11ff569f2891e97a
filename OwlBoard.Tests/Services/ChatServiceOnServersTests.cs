namespace OwlBoard.Tests.Services;

public sealed class ChatServiceOnServersTests(ChatServiceOnServers service)
    : ChatServiceTests(service), IClassFixture<ChatServiceOnServers>;
