namespace OwlBoard.Tests.Services;

public sealed class CommentsServiceOnSqliteTests(CommentsService service)
    : CommentsServiceTests(service), IClassFixture<CommentsService>;
