namespace OwlBoard.Tests.Services;

public sealed class ChatServiceOnServers() : RunningService("chat", new SharedStore());
