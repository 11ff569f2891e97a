namespace OwlBoard.Tests.Services;

public sealed class UserServiceOnSqliteTests(UserService service)
    : UserServiceTests(service), IClassFixture<UserService>;
