namespace OwlBoard.Tests.Services;

public sealed class ChatService() : RunningService("chat");
