namespace OwlBoard.Tests.Services;

public sealed class UserService() : RunningService("user");
