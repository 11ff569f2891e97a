using System.Collections.Concurrent;
using System.Net;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

/// <summary>Without Redis no stored data is lost, and live updates resume when Redis returns.</summary>
[Trait("Category", "Integration")]
public sealed class RedisOutageTests
{
    private readonly string _room = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Clients_on_both_replicas_hear_each_other_again_after_Redis_has_restarted()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var chat = await TwoReplicas.StartAsync(
            "chat", $"--Redis:ConnectionString={redis.ConnectionString}", "--Redis:PresenceTimeout=00:00:03");
        await using var ada = await EnterAsync(chat.First, "1", "Ada");
        await using var grace = await EnterAsync(chat.Second, "2", "Grace");
        var heardByAda = Listen(ada);
        var heardByGrace = Listen(grace);
        var posted = new List<string>();

        await redis.KillAsync();
        await PostAsync(chat.First, "while Redis is away");
        await Eventually.IsTrueAsync("Ada receives the messages of her own replica", () => heardByAda.Contains("while Redis is away"));
        (await chat.First.GetAsync("/health")).AssertStatus(HttpStatusCode.OK);
        await redis.StartAgainAsync();

        await HearsAsync(heardByGrace, chat.First, "from Ada's replica");
        await HearsAsync(heardByAda, chat.Second, "from Grace's replica");
        foreach (var replica in chat.Both)
        {
            await Eventually.IsTrueAsync("both users are in the room again", async () =>
                (await replica.GetAsync($"/chat/users/{_room}")).Text
                    == """[{"user_id":"1","username":"Ada"},{"user_id":"2","username":"Grace"}]""");
            var history = (await replica.GetAsync($"/chat/messages/{_room}?limit=1000")).Json.EnumerateArray()
                .Select(message => message.GetProperty("content").GetString()!);
            Assert.Equal(posted, history);
        }

        async Task PostAsync(RunningService replica, string content)
        {
            (await replica.PostAsync($"/chat/messages/{_room}?user_id=7&username=Poster&content={Uri.EscapeDataString(content)}"))
                .AssertStatus(HttpStatusCode.OK);
            posted.Add(content);
        }

        Task HearsAsync(ConcurrentQueue<string> heard, RunningService from, string content) =>
            Eventually.IsTrueAsync($"the other replica's client receives the messages {content}", async () =>
            {
                await PostAsync(from, content);
                return heard.Contains(content);
            });
    }

    [Fact]
    public async Task Service_starts_and_serves_without_Redis()
    {
        Require.Tool("redis-server", "redis-server");
        await using var chat = await TwoReplicas.StartAsync("chat", $"--Redis:ConnectionString=127.0.0.1:{FreePort.Next()}");

        await using var ada = await EnterAsync(chat.First, "1", "Ada");
        await ada.SendAsync("""{"type":"chat_message","data":{"content":"Anybody there?"}}""");

        await ada.ReceiveAsync("chat_message");
        Assert.Equal("""[{"user_id":"1","username":"Ada"}]""", (await chat.First.GetAsync($"/chat/users/{_room}")).Text);
        Assert.Equal(1, (await chat.Second.GetAsync($"/chat/messages/{_room}")).Json.GetArrayLength());
        (await chat.First.GetAsync("/health")).AssertStatus(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Presence_goes_on_after_an_entry_in_Redis_that_cannot_be_read()
    {
        await using var chat = await TwoReplicas.StartAsync("chat", "--Redis:PresenceTimeout=00:00:01", "--Logging:LogLevel:Default=None");
        await using var redis = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(chat.First.Setting("Redis:ConnectionString")!);
        await using var ada = await EnterAsync(chat.First, "1", "Ada");
        var room = $"owlboard:chat:room:{_room}";

        // An entry of a dead replica, which a heartbeat removes and tries to announce. The third iteration follows a failed heartbeat.
        for (var i = 0; i < 3; i++)
        {
            await redis.GetDatabase().HashSetAsync(room, "unreadable", """{"replica":"gone","user_id":"9","username":"Old","since":"a time"}""");
            await Eventually.IsTrueAsync(
                "a heartbeat has removed the entry", async () => !await redis.GetDatabase().HashExistsAsync(room, "unreadable"));
        }

        (await chat.First.GetAsync("/health")).AssertStatus(HttpStatusCode.OK);
        Assert.Equal("""[{"user_id":"1","username":"Ada"}]""", (await chat.Second.GetAsync($"/chat/users/{_room}")).Text);
    }

    [Fact]
    public async Task Password_may_come_from_a_file()
    {
        await using var redis = await RedisServer.StartAsync(password: "hoot");
        using var folder = new TemporaryDirectory();
        var file = Path.Combine(folder.Path, "password");
        await File.WriteAllTextAsync(file, "hoot\n", TestContext.Current.CancellationToken);
        await using var canvas = await TwoReplicas.StartAsync(
            "canvas", $"--Redis:ConnectionString={redis.ConnectionString}", $"--Redis:PasswordFile={file}");
        await using var artist = await canvas.First.ConnectAsync($"/canvas/ws/{_room}");
        await using var other = await canvas.Second.ConnectAsync($"/canvas/ws/{_room}");

        await artist.SendAsync("""{"type":"stroke","data":{}}""");

        await other.ReceiveAsync("stroke");
    }

    [Theory]
    [InlineData("Redis:ConnectionString", "--Redis:ConnectionString=,ssl=perhaps")]
    [InlineData("Redis:PasswordFile", "--Redis:ConnectionString=127.0.0.1:1", "--Redis:PasswordFile=/nowhere/password")]
    [InlineData("Redis:Timeout", "--Redis:ConnectionString=127.0.0.1:1", "--Redis:Timeout=0")]
    [InlineData("Redis:PresenceTimeout", "--Redis:ConnectionString=127.0.0.1:1", "--Redis:PresenceTimeout=00:20:00")]
    public async Task Setting_that_is_wrong_is_named(string key, params string[] settings)
    {
        using var data = new TemporaryDirectory();

        var (exitCode, errors) = await ServiceProcess.RunAsync(
            ["chat", "--urls=http://127.0.0.1:0", $"--Storage:Directory={data.Path}", .. settings]);

        Assert.Equal(1, exitCode);
        Assert.Contains(key, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private static ConcurrentQueue<string> Listen(SocketClient client)
    {
        var heard = new ConcurrentQueue<string>();
        _ = ListenAsync();
        return heard;

        async Task ListenAsync()
        {
            try
            {
                while (true)
                {
                    var message = await client.ReceiveAsync();
                    if (message.GetProperty("type").GetString() == "chat_message")
                    {
                        heard.Enqueue(message.GetProperty("data").GetProperty("content").GetString()!);
                    }
                }
            }
            catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException or System.Net.WebSockets.WebSocketException)
            {
                // The test has ended.
            }
        }
    }

    private Task<SocketClient> EnterAsync(RunningService replica, string userId, string username) =>
        replica.ConnectAsync($"/chat/ws/{_room}?user_id={userId}&username={username}");
}
