using System.Net;
using System.Net.WebSockets;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public abstract class ChatServiceTests(RunningService service)
{
    private readonly string _room = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Health_names_the_service() =>
        Assert.Equal("""{"status":"healthy","service":"chat_service"}""", (await service.GetAsync("/health")).Text);

    [Theory]
    [InlineData("content")]
    [InlineData("message")]
    public async Task Message_reaches_everyone_in_the_room_and_the_history(string field)
    {
        await using var ada = await EnterAsync("1", "Ada");
        await using var grace = await EnterAsync("2", "Grace");
        await ada.ReceiveAsync("user_joined");

        await ada.SendAsync($$$"""{"type":"chat_message","data":{"{{{field}}}":"Hello 🦉"}}""");

        var own = await ada.ReceiveAsync("chat_message");
        var heard = await grace.ReceiveAsync("chat_message");
        var history = await service.GetAsync($"/chat/messages/{_room}");
        Assert.Equal(own.GetRawText(), heard.GetRawText());
        Assert.Equal($"[{own.GetRawText()}]", history.Text);
        Assert.Equal("Hello 🦉", heard.GetProperty("content").GetString());
        Assert.Equal(_room, heard.GetProperty("dashboard_id").GetString());
        Assert.Equal("1", heard.GetProperty("user_id").GetString());
        Assert.Equal("Ada", heard.GetProperty("username").GetString());
        Assert.Equal("text", heard.GetProperty("message_type").GetString());
        Assert.EndsWith("Z", heard.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
        Assert.False(heard.TryGetProperty("reply_to", out _));
    }

    [Fact]
    public async Task Reply_names_the_message_that_it_answers()
    {
        await using var ada = await EnterAsync("1", "Ada");
        var question = await PostAsync("Why?");
        await ada.ReceiveAsync("chat_message");

        await ada.SendAsync($$$"""{"type":"chat_message","data":{"content":"Because","message_type":"note","reply_to":"{{{question["id"]}}}"}}""");

        var answer = await ada.ReceiveAsync("chat_message");
        Assert.Equal(question["id"].GetString(), answer.GetProperty("reply_to").GetString());
        Assert.Equal("note", answer.GetProperty("message_type").GetString());
    }

    [Fact]
    public async Task Others_are_told_who_comes_types_and_goes()
    {
        await using var ada = await EnterAsync("1", "Ada");
        await using var grace = await EnterAsync("2", "Grace");
        var joined = await ada.ReceiveAsync("user_joined");

        await grace.SendAsync("""{"type":"typing","data":{"is_typing":true}}""");
        var typing = await ada.ReceiveAsync("typing");
        await grace.CloseAsync();
        var left = await ada.ReceiveAsync("user_left");

        Assert.Equal("Grace", joined.GetProperty("username").GetString());
        Assert.EndsWith("Z", joined.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
        Assert.Equal(("Grace", true), (typing.GetProperty("username").GetString(), typing.GetProperty("is_typing").GetBoolean()));
        Assert.Equal("Grace", left.GetProperty("username").GetString());
    }

    [Fact]
    public async Task Second_tab_of_a_user_is_no_arrival_and_its_end_no_departure()
    {
        await using var ada = await EnterAsync("1", "Ada");
        await using var grace = await EnterAsync("2", "Grace");
        await ada.ReceiveAsync("user_joined");

        await using (var tab = await EnterAsync("2", "Grace"))
        {
            await tab.CloseAsync();
        }

        await grace.CloseAsync();

        await ada.ReceiveAsync("user_left");
        var users = await service.GetAsync($"/chat/users/{_room}");
        Assert.Equal("""[{"user_id":"1","username":"Ada"}]""", users.Text);
    }

    [Fact]
    public async Task Vanished_client_leaves_the_room()
    {
        await using var ada = await EnterAsync("1", "Ada");
        var grace = await EnterAsync("2", "Grace");
        await ada.ReceiveAsync("user_joined");

        grace.Socket.Abort();

        await ada.ReceiveAsync("user_left");
    }

    [Fact]
    public async Task Room_shows_who_is_in_it()
    {
        (await service.GetAsync($"/chat/rooms/{_room}")).AssertError(HttpStatusCode.NotFound);
        await using var ada = await EnterAsync("1", "Ada");

        var room = await service.GetAsync($"/chat/rooms/{_room}");

        room.AssertStatus(HttpStatusCode.OK);
        Assert.Equal(
            ["id", "dashboard_id", "name", "description", "created_at", "created_by", "is_active", "connected_users"],
            room.Json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(_room, room["dashboard_id"].GetString());
        Assert.Equal("1", room["created_by"].GetString());
        Assert.True(room["is_active"].GetBoolean());
        Assert.Equal("""[{"user_id":"1","username":"Ada"}]""", room["connected_users"].GetRawText());
    }

    [Fact]
    public async Task History_is_paged_oldest_first()
    {
        for (var number = 1; number <= 5; number++)
        {
            await PostAsync($"{number}");
        }

        Assert.Equal(["1", "2", "3", "4", "5"], await ContentsAsync(""));
        Assert.Equal(["2", "3"], await ContentsAsync("?limit=2&skip=1"));
        Assert.Equal("[]", (await service.GetAsync($"/chat/messages/{_room}-other")).Text);

        async Task<IEnumerable<string?>> ContentsAsync(string query) =>
            (await service.GetAsync($"/chat/messages/{_room}{query}")).Json.EnumerateArray()
                .Select(message => message.GetProperty("content").GetString());
    }

    [Fact]
    public async Task History_loses_nothing_and_has_the_order_in_which_everyone_heard_it()
    {
        await using var listener = await EnterAsync("listener", "Listener");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => PostAsync($"{number}")));

        var heard = new List<string?>();
        for (var number = 0; number < 40; number++)
        {
            heard.Add((await listener.ReceiveAsync("chat_message")).GetProperty("id").GetString());
        }

        var history = await service.GetAsync($"/chat/messages/{_room}");
        Assert.Equal(heard, history.Json.EnumerateArray().Select(message => message.GetProperty("id").GetString()));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"type":"shout","data":{}}""")]
    [InlineData("""{"type":"chat_message","data":{}}""")]
    [InlineData("""{"type":"chat_message","data":{"content":" "}}""")]
    [InlineData("""{"type":"chat_message","data":{"content":5}}""")]
    [InlineData("""{"type":"chat_message","data":{"content":"\ud800"}}""")]
    [InlineData("""{"type":"chat_message","data":{"content":"x","reply_to":"nothing"}}""")]
    [InlineData("""{"type":"chat_message","data":{"content":"x","reply_to":"0123456789abcdef01234567"}}""")]
    [InlineData("""{"type":"typing","data":{}}""")]
    [InlineData("""{"type":"typing","data":{"is_typing":"yes"}}""")]
    public async Task Invalid_message_is_answered_with_an_error_and_the_connection_goes_on(string message)
    {
        await using var client = await EnterAsync("1", "Ada");

        await client.SendAsync(message);
        Assert.NotEmpty(await client.ReceiveErrorAsync());

        await client.SendAsync("""{"type":"chat_message","data":{"content":"still here"}}""");
        await client.ReceiveAsync("chat_message");
        Assert.Equal(1, (await service.GetAsync($"/chat/messages/{_room}")).Json.GetArrayLength());
    }

    [Theory]
    [InlineData(1000, "chat_message")]
    [InlineData(1001, "error")]
    public async Task Message_is_limited_to_a_thousand_characters(int length, string answer)
    {
        await using var client = await EnterAsync("1", "Ada");

        await client.SendAsync($$$"""{"type":"chat_message","data":{"content":"{{{new string('x', length)}}}"}}""");

        await client.ReceiveAsync(answer);
    }

    [Fact]
    public async Task Room_takes_a_hundred_users_and_says_so_to_the_next()
    {
        var users = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(number => EnterAsync($"{number}", $"User {number}", from: $"192.0.2.{number}")));

        await using var refused = await EnterAsync("100", "One too many");

        Assert.Contains("room is full: 100 users", await refused.ReceiveErrorAsync(), StringComparison.Ordinal);
        Assert.Equal((WebSocketCloseStatus)1013, (await refused.ReceiveCloseAsync()).Status);
        Assert.Equal(100, (await service.GetAsync($"/chat/users/{_room}")).Json.GetArrayLength());
        await using var secondTab = await EnterAsync("5", "User 5");
        await secondTab.SendAsync("""{"type":"chat_message","data":{"content":"I am in"}}""");
        await secondTab.ReceiveAsync("chat_message");
        foreach (var user in users)
        {
            await user.DisposeAsync();
        }
    }

    [Fact]
    public async Task Client_that_invents_users_does_not_close_the_room_to_others()
    {
        var invented = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(number => EnterAsync($"{number}", $"User {number}", from: $"2001:db8:0:1::{number:x}")));

        await using var refused = await EnterAsync("100", "One more", from: "2001:db8:0:1:ffff::1");
        await using var other = await EnterAsync("ada", "Ada", from: "2001:db8:0:2::1");

        Assert.Contains("Address limit reached: 50 connections", await refused.ReceiveErrorAsync(), StringComparison.Ordinal);
        Assert.Equal((WebSocketCloseStatus)1013, (await refused.ReceiveCloseAsync()).Status);
        await other.SendAsync("""{"type":"chat_message","data":{"content":"I am in"}}""");
        await other.ReceiveAsync("chat_message");
        Assert.Equal(51, (await service.GetAsync($"/chat/users/{_room}")).Json.GetArrayLength());
        foreach (var user in invented)
        {
            await user.DisposeAsync();
        }
    }

    [Fact]
    public async Task User_has_ten_connections_from_an_address_and_is_told_so_at_the_next()
    {
        var tabs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => EnterAsync("1", "Ada", from: "192.0.2.1")));

        await using var eleventh = await EnterAsync("1", "Ada", from: "192.0.2.1");
        await using var neighbour = await EnterAsync("2", "Grace", from: "192.0.2.1");
        await using var elsewhere = await EnterAsync("1", "Ada", from: "192.0.2.2");

        Assert.Contains("User limit reached: 10 connections", await eleventh.ReceiveErrorAsync(), StringComparison.Ordinal);
        await elsewhere.SendAsync("""{"type":"chat_message","data":{"content":"I am in"}}""");
        await neighbour.ReceiveAsync("chat_message");
        foreach (var tab in tabs)
        {
            await tab.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("""{"type":"chat_message","data":{"\ud800":1,"content":"x"}}""")]
    [InlineData("""{"type":"typing","data":{"is_typing":true,"\udc00":{}}}""")]
    [InlineData("""{"type":"typing","data":{"is_typing":true},"\ud800":1}""")]
    [InlineData("""{"type":"chat_message","data":{"content":"x","other":["\ud83d"]}}""")]
    public async Task Half_a_surrogate_pair_anywhere_is_an_error_and_one_line_in_the_log(string message)
    {
        await using var client = await EnterAsync("1", "Ada");
        service.Log.Lines.Clear();

        await client.SendAsync(message);

        Assert.Contains("not valid Unicode", await client.ReceiveErrorAsync(), StringComparison.Ordinal);
        var line = Assert.Single(service.Log.Lines, line => line.Contains("WebSocket message", StringComparison.Ordinal));
        Assert.Equal("Information: WebSocket message refused: The message contains text that is not valid Unicode.", line);
    }

    [Theory]
    [InlineData("POST", "/chat/messages/1?username=a&content=b", "user_id")]
    [InlineData("POST", "/chat/messages/1?user_id=1&content=b", "username")]
    [InlineData("POST", "/chat/messages/1?user_id=1&username=a", "content")]
    [InlineData("POST", "/chat/messages/1?user_id=1&username=a&content=", "content")]
    [InlineData("GET", "/chat/messages/1?limit=many", "limit")]
    [InlineData("GET", "/chat/ws/1?username=a", "user_id")]
    [InlineData("GET", "/chat/ws/1?user_id=1", "username")]
    public async Task Parameter_that_is_missing_or_wrong_is_named(string method, string path, string parameter)
    {
        var answer = await ApiClient.SendAsync(service.Http, HttpMethod.Parse(method), path, null);

        Assert.StartsWith(parameter, answer.AssertError(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_address_refuses_plain_requests() =>
        (await service.GetAsync($"/chat/ws/{_room}?user_id=1&username=a")).AssertError(HttpStatusCode.BadRequest);

    private Task<SocketClient> EnterAsync(string userId, string username, string? from = null) =>
        service.ConnectAsync($"/chat/ws/{_room}?user_id={userId}&username={Uri.EscapeDataString(username)}", from);

    private async Task<Answer> PostAsync(string content) =>
        (await service.PostAsync($"/chat/messages/{_room}?user_id=7&username=Poster&content={content}"))
            .AssertStatus(HttpStatusCode.OK);
}
