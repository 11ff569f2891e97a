namespace OwlBoard.Tests.Services;

public sealed class CommentsServiceOnServersTests(CommentsServiceOnServers service)
    : CommentsServiceTests(service), IClassFixture<CommentsServiceOnServers>;
