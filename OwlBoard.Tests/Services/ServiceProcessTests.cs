using System.Net;
using System.Net.WebSockets;
using Microsoft.Data.Sqlite;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public sealed class ServiceProcessTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Acknowledged_messages_are_there_when_the_process_was_killed_in_the_middle()
    {
        var acknowledged = new List<string>();
        using (var process = await ServiceProcess.StartAsync("chat", _data.Path))
        {
            using var http = new HttpClient { BaseAddress = process.Address };
            var writing = WriteUntilKilledAsync(http, acknowledged);
            await Eventually.IsTrueAsync("20 messages are written", () => Count(acknowledged) >= 20);
            await process.KillAsync();
            await writing;
        }

        using var restarted = await ServiceProcess.StartAsync("chat", _data.Path);
        using var client = new HttpClient { BaseAddress = restarted.Address };
        var history = await ApiClient.SendAsync(client, HttpMethod.Get, "/chat/messages/1?limit=1000", null);

        var stored = history.Json.EnumerateArray().Select(message => message.GetProperty("id").GetString()!);
        Assert.Empty(acknowledged.Except(stored));
    }

    [Fact]
    public async Task Drain_closes_sockets_with_1001_and_ends_with_0()
    {
        using var process = await ServiceProcess.StartAsync("chat", _data.Path);
        var address = new UriBuilder(new Uri(process.Address, "/chat/ws/1?user_id=1&username=Ada")) { Scheme = "ws" }.Uri;
        await using var client = await SocketClient.ConnectAsync(address);

        process.Terminate();

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, (await client.ReceiveCloseAsync()).Status);
        Assert.Equal(0, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task Start_is_not_held_up_by_a_migration_that_was_killed()
    {
        using (var process = await ServiceProcess.StartAsync("user", _data.Path))
        {
            await process.KillAsync();
        }

        // Create the lock that a process leaves when it is killed during a migration.
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(_data.Path, "users.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText =
                """
                CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');
                """;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        using var restarted = await ServiceProcess.StartAsync("user", _data.Path);
        using var client = new HttpClient { BaseAddress = restarted.Address };
        (await ApiClient.SendAsync(client, HttpMethod.Get, "/users/", null)).AssertStatus(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData()]
    [InlineData("painting")]
    [InlineData("--urls=http://127.0.0.1:0")]
    public async Task Program_names_the_services_when_it_is_not_told_which(params string[] arguments)
    {
        var (exitCode, errors) = await ServiceProcess.RunAsync(arguments);

        Assert.Equal(1, exitCode);
        Assert.Equal("user, canvas, comments, chat.", errors.TrimEnd()[^29..]);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("--Storage:Provider=oracle", "Storage:Provider")]
    [InlineData("--Storage:Directory=/dev/null/data", "Storage:Directory")]
    [InlineData("--WebSockets:MaxQueuedMessages=0", "WebSockets:MaxQueuedMessages")]
    [InlineData("--Chat:ConnectionsPerUser=0", "Chat:ConnectionsPerUser is 0; it must be between 1 and 1000.")]
    [InlineData("--Chat:ConnectionsPerClient=100", "Chat:ConnectionsPerClient is 100; it must be less than Chat:UsersInRoom, which is 100.")]
    public async Task Program_does_not_start_with_a_setting_that_is_wrong(string setting, string key)
    {
        var (exitCode, errors) = await ServiceProcess.RunAsync("chat", "--urls=http://127.0.0.1:0", $"--Storage:Directory={_data.Path}", setting);

        Assert.Equal(1, exitCode);
        Assert.Contains(key, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private static int Count(List<string> acknowledged)
    {
        lock (acknowledged)
        {
            return acknowledged.Count;
        }
    }

    private static async Task WriteUntilKilledAsync(HttpClient http, List<string> acknowledged)
    {
        try
        {
            while (true)
            {
                var answer = await ApiClient.SendAsync(
                    http, HttpMethod.Post, "/chat/messages/1?user_id=1&username=a&content=b", null);
                lock (acknowledged)
                {
                    acknowledged.Add(answer.AssertStatus(HttpStatusCode.OK)["id"].GetString()!);
                }
            }
        }
        catch (HttpRequestException)
        {
            // The process was killed.
        }
    }
}
