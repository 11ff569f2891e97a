using System.Globalization;
using Npgsql;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public sealed class PostgreSqlStartTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("user", true)]
    [InlineData("chat", true)]
    [InlineData("chat", false)]
    public async Task Four_replicas_that_start_at_once_migrate_an_empty_database_once(string service, bool exists)
    {
        var server = await StoreServers.PostgreSqlAsync();
        var database = exists
            ? await server.CreateDatabaseAsync()
            : server.ConnectionString($"missing_{Guid.NewGuid():N}");

        var replicas = Enumerable.Range(0, 4).Select(_ => Replica.Start(service, Setting(database))).ToList();
        await Task.WhenAll(replicas.Select(replica => replica.IsHealthyAsync()));

        await using (var connections = NpgsqlDataSource.Create(database))
        await using (var command = connections.CreateCommand("SELECT count(*) FROM \"__EFMigrationsHistory\""))
        {
            Assert.Equal(1L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task Service_waits_for_PostgreSQL_that_starts_after_it()
    {
        Require.Tool("initdb", "postgresql");
        var port = FreePort.Next();
        await using var replica = Replica.Start(
            "user", Setting($"Host=127.0.0.1;Port={port};Username=owlboard;Password={PostgreSqlServer.Password}"));
        await Eventually.IsTrueAsync(
            "the wait is logged",
            () => replica.Output.Contains($"PostgreSQL at 127.0.0.1:{port}, database users, user owlboard is not ready", StringComparison.Ordinal),
            Deadline);

        await using var server = await PostgreSqlServer.StartAsync(port);

        await replica.IsHealthyAsync();
    }

    [Fact]
    public async Task Service_that_waited_in_vain_says_so_in_one_line_and_ends_with_1()
    {
        var (exitCode, errors) = await ServiceProcess.RunAsync(
            "user", "--urls=http://127.0.0.1:0", "--Storage:StartTimeout=00:00:01", "--Storage:Provider=postgresql",
            $"--Storage:ConnectionString=Host=127.0.0.1;Port={FreePort.Next()};Username=a;Password=never shown");

        Assert.Equal(1, exitCode);
        Assert.Contains("Storage:StartTimeout 00:00:01", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("never shown", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_that_is_told_to_stop_does_not_go_on_waiting()
    {
        await using var replica = Replica.Start("user", Setting($"Host=127.0.0.1;Port={FreePort.Next()};Username=a"));
        await Eventually.IsTrueAsync(
            "the wait is logged", () => replica.Output.Contains("is not ready", StringComparison.Ordinal), Deadline);

        replica.Terminate();

        Assert.Equal(0, await replica.HasEndedAsync());
        Assert.DoesNotContain("Unhandled", replica.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_that_is_refused_does_not_wait()
    {
        var server = await StoreServers.PostgreSqlAsync();
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")) { Password = "wrong" };

        var (exitCode, errors) = await ServiceProcess.RunAsync(
            ["user", "--urls=http://127.0.0.1:0", .. Setting(connection.ConnectionString)]);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("Storage:ConnectionString", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_may_come_from_a_file()
    {
        var server = await StoreServers.PostgreSqlAsync();
        using var folder = new TemporaryDirectory();
        var file = Path.Combine(folder.Path, "password");
        await File.WriteAllTextAsync(file, PostgreSqlServer.Password + "\n", TestContext.Current.CancellationToken);
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()) { Password = null };

        await using var replica = Replica.Start(
            "user", [.. Setting(connection.ConnectionString), $"--Storage:PasswordFile={file}"]);

        await replica.IsHealthyAsync();
    }

    [Theory]
    [InlineData("Storage:ConnectionString")]
    [InlineData("Storage:ConnectionString", "--Storage:ConnectionString=nonsense")]
    [InlineData("Storage:ConnectionString", "--Storage:ConnectionString=Database=users")]
    [InlineData("Storage:PasswordFile", "--Storage:ConnectionString=Host=127.0.0.1", "--Storage:PasswordFile=/nowhere/password")]
    [InlineData("Storage:StartTimeout", "--Storage:ConnectionString=Host=127.0.0.1", "--Storage:StartTimeout=2.00:00:00")]
    public async Task Setting_that_is_wrong_is_named(string key, params string[] settings)
    {
        var (exitCode, errors) = await ServiceProcess.RunAsync(
            ["user", "--urls=http://127.0.0.1:0", "--Storage:Provider=postgresql", .. settings]);

        Assert.Equal(1, exitCode);
        Assert.Contains(key, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_survive_that_all_connections_to_PostgreSQL_break()
    {
        var server = await StoreServers.PostgreSqlAsync();
        await using var service = new UserServiceOnPostgreSql();
        await service.InitializeAsync();
        (await service.GetAsync("/users/")).AssertStatus(System.Net.HttpStatusCode.OK);
        var database = new NpgsqlConnectionStringBuilder(service.Setting("Storage:ConnectionString")).Database;

        await server.ExecuteAsync(
            "postgres", $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");

        (await service.GetAsync("/users/")).AssertStatus(System.Net.HttpStatusCode.OK);
    }

    private static string[] Setting(string connection) =>
        ["--Storage:Provider=postgresql", string.Create(CultureInfo.InvariantCulture, $"--Storage:ConnectionString={connection}")];
}
