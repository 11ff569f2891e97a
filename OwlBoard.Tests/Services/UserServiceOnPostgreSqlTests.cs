namespace OwlBoard.Tests.Services;

public sealed class UserServiceOnPostgreSqlTests(UserServiceOnPostgreSql service)
    : UserServiceTests(service), IClassFixture<UserServiceOnPostgreSql>;
