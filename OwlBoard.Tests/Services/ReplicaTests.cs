using System.Net;

namespace OwlBoard.Tests.Services;

/// <summary>Two replicas behave as one service.</summary>
[Trait("Category", "Integration")]
public sealed class ReplicaTests
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Chat_is_heard_on_both_replicas_in_the_order_of_the_history()
    {
        await using var chat = await TwoReplicas.StartAsync("chat");
        await using var ada = await EnterAsync(chat.First, "1", "Ada");
        await using var grace = await EnterAsync(chat.Second, "2", "Grace");
        await ada.ReceiveAsync("user_joined");

        await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
            (await chat.Both[number % 2].PostAsync($"/chat/messages/{_id}?user_id=7&username=Poster&content={number}"))
                .AssertStatus(HttpStatusCode.OK)));

        var heardByAda = await HearAsync(ada, 60);
        var heardByGrace = await HearAsync(grace, 60);
        var history = (await chat.Second.GetAsync($"/chat/messages/{_id}?limit=100")).Json.EnumerateArray()
            .Select(message => message.GetProperty("id").GetString());
        Assert.Equal(heardByAda, heardByGrace);
        Assert.Equal(heardByAda, history);
    }

    [Fact]
    public async Task Others_on_both_replicas_are_told_who_comes_types_and_goes()
    {
        await using var chat = await TwoReplicas.StartAsync("chat");
        await using var ada = await EnterAsync(chat.First, "1", "Ada");
        await using var grace = await EnterAsync(chat.Second, "2", "Grace");
        Assert.Equal("Grace", (await ada.ReceiveAsync("user_joined")).GetProperty("username").GetString());

        // Opening or closing a second tab on the other replica does not announce the user again.
        await using (var tab = await EnterAsync(chat.First, "2", "Grace"))
        {
            await tab.CloseAsync();
        }

        await ada.SendAsync("""{"type":"typing","data":{"is_typing":true}}""");
        await grace.ReceiveAsync("typing");
        foreach (var replica in chat.Both)
        {
            Assert.Equal(
                """[{"user_id":"1","username":"Ada"},{"user_id":"2","username":"Grace"}]""",
                (await replica.GetAsync($"/chat/users/{_id}")).Text);
        }

        await grace.CloseAsync();
        await ada.ReceiveAsync("user_left");
        Assert.Equal("""[{"user_id":"1","username":"Ada"}]""", (await chat.Second.GetAsync($"/chat/users/{_id}")).Text);
    }

    [Fact]
    public async Task Room_takes_a_hundred_users_on_both_replicas_together()
    {
        await using var chat = await TwoReplicas.StartAsync("chat");

        var clients = await Task.WhenAll(Enumerable.Range(0, 110)
            .Select(number => EnterAsync(chat.Both[number % 2], $"{number}", $"User {number}", from: $"192.0.2.{number}")));

        foreach (var replica in chat.Both)
        {
            Assert.Equal(100, (await replica.GetAsync($"/chat/users/{_id}")).Json.GetArrayLength());
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Limits_of_a_user_and_of_a_client_hold_on_both_replicas_together()
    {
        await using var chat = await TwoReplicas.StartAsync(
            "chat", "--Chat:ConnectionsPerUser=2", "--Chat:ConnectionsPerClient=3", "--Chat:UsersInRoom=4");
        await using var first = await EnterAsync(chat.First, "1", "Ada", "192.0.2.1");
        await using var second = await EnterAsync(chat.Second, "1", "Ada", "192.0.2.1");

        await using var ofUser = await EnterAsync(chat.First, "1", "Ada", "192.0.2.1");
        await using var third = await EnterAsync(chat.Second, "2", "Grace", "192.0.2.1");
        await using var ofClient = await EnterAsync(chat.First, "3", "Mary", "192.0.2.1");
        await using var elsewhere = await EnterAsync(chat.First, "3", "Mary", "192.0.2.2");

        Assert.Contains("User limit", await ofUser.ReceiveErrorAsync(), StringComparison.Ordinal);
        Assert.Contains("Address limit", await ofClient.ReceiveErrorAsync(), StringComparison.Ordinal);
        Assert.Equal(3, (await chat.Second.GetAsync($"/chat/users/{_id}")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Strokes_reach_everyone_else_on_both_replicas()
    {
        await using var canvas = await TwoReplicas.StartAsync("canvas");
        await using var artist = await canvas.First.ConnectAsync($"/canvas/ws/{_id}");
        await using var neighbour = await canvas.First.ConnectAsync($"/canvas/ws/{_id}");
        await using var remote = await canvas.Second.ConnectAsync($"/canvas/ws/{_id}");

        await artist.SendAsync("""{"type":"stroke","data":{"n":1}}""");
        await neighbour.ReceiveAsync("stroke");
        await remote.ReceiveAsync("stroke");
        await remote.SendAsync("""{"type":"clear","data":{}}""");

        // The artist does not receive an echo of its own stroke.
        await artist.ReceiveAsync("clear");
        await neighbour.ReceiveAsync("clear");
    }

    [Fact]
    public async Task No_stroke_is_lost_when_many_save_on_both_replicas()
    {
        await using var canvas = await TwoReplicas.StartAsync("canvas");
        (await canvas.First.PostAsync("/canvas", $$"""{"id":"{{_id}}"}""")).AssertStatus(HttpStatusCode.Created);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(AddShapeAsync));

        var saved = await canvas.First.GetAsync($"/canvas?id={_id}");
        Assert.Equal(9, saved["version"].GetInt64());
        Assert.Equal(
            Enumerable.Range(0, 8), saved["shapes"].EnumerateArray().Select(shape => shape.GetProperty("by").GetInt32()).Order());

        async Task AddShapeAsync(int author)
        {
            HttpStatusCode status;
            do
            {
                var current = await canvas.Both[author % 2].GetAsync($"/canvas?id={_id}");
                var shapes = current["shapes"].EnumerateArray().Select(shape => shape.GetRawText()).Append($$"""{"by":{{author}}}""");
                status = (await canvas.Both[author % 2].PostAsync(
                    "/canvas/save",
                    $$"""{"canvas_id":"{{_id}}","shapes":[{{string.Join(',', shapes)}}],"base_version":{{current["version"]}}}""")).Status;
                Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Conflict);
            }
            while (status == HttpStatusCode.Conflict);
        }
    }

    [Fact]
    public async Task Comments_are_heard_of_on_both_replicas()
    {
        await using var comments = await TwoReplicas.StartAsync("comments");
        await using var here = await comments.First.ConnectAsync($"/comments/ws/dashboards/{_id}/comments");
        await using var there = await comments.Second.ConnectAsync($"/comments/ws/dashboards/{_id}/comments");

        var comment = await comments.First.PostAsync(
            $"/comments/dashboards/{_id}/users/7/comments", """{"content":"x","coordinates":"1,2"}""");
        var path = $"/comments/{comment["_id"].GetString()}";
        await comments.Second.PutAsync($"{path}/coordinates", "[3,4]");
        await comments.First.DeleteAsync(path);

        foreach (var listener in new[] { here, there })
        {
            Assert.Equal(comment.Text, (await listener.ReceiveAsync("comment_created")).GetRawText());
            await listener.ReceiveAsync("comment_updated");
            await listener.ReceiveAsync("comment_deleted");
        }
    }

    [Fact]
    public async Task Users_of_a_killed_replica_leave_their_rooms()
    {
        string[] settings = [.. await new SharedStore().CreateAsync(), "--Redis:PresenceTimeout=00:00:03"];
        await using var survivor = Replica.Start("chat", settings);
        await using var victim = Replica.Start("chat", settings);
        await survivor.IsHealthyAsync();
        await victim.IsHealthyAsync();
        await using var ada = await survivor.ConnectAsync($"/chat/ws/{_id}?user_id=1&username=Ada");
        await using var grace = await victim.ConnectAsync($"/chat/ws/{_id}?user_id=2&username=Grace");
        await ada.ReceiveAsync("user_joined");

        await victim.KillAsync();

        Assert.Equal("Grace", (await ada.ReceiveAsync("user_left")).GetProperty("username").GetString());
        var users = await ApiClient.SendAsync(survivor.Http, HttpMethod.Get, $"/chat/users/{_id}", null);
        Assert.Equal("""[{"user_id":"1","username":"Ada"}]""", users.Text);
    }

    private static async Task<List<string?>> HearAsync(SocketClient client, int count)
    {
        var heard = new List<string?>();
        while (heard.Count < count)
        {
            heard.Add((await client.ReceiveAsync("chat_message")).GetProperty("id").GetString());
        }

        return heard;
    }

    private Task<SocketClient> EnterAsync(RunningService replica, string userId, string username, string? from = null) =>
        replica.ConnectAsync($"/chat/ws/{_id}?user_id={userId}&username={Uri.EscapeDataString(username)}", from);
}
