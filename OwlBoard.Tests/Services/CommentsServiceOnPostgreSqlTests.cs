namespace OwlBoard.Tests.Services;

public sealed class CommentsServiceOnPostgreSqlTests(CommentsServiceOnPostgreSql service)
    : CommentsServiceTests(service.OrSkip()), IClassFixture<CommentsServiceOnPostgreSql>;
