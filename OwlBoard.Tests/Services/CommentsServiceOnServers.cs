namespace OwlBoard.Tests.Services;

public sealed class CommentsServiceOnServers() : RunningService("comments", new SharedStore());
