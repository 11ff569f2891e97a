namespace OwlBoard.Tests.Services;

public sealed class CommentsService() : RunningService("comments");
