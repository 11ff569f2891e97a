using System.Net;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public abstract class CommentsServiceTests(RunningService service)
{
    private const string UnknownId = "0123456789abcdef01234567";

    private readonly string _dashboard = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Health_names_the_service() =>
        Assert.Equal("""{"status":"healthy","service":"comments_service"}""", (await service.GetAsync("/health")).Text);

    [Fact]
    public async Task Comment_is_read_as_it_was_created()
    {
        var created = await CreateAsync("""{"content":"Nice 🦉","coordinates":"10.5,-20","user_name":"Ada"}""");
        var read = await service.GetAsync($"/comments/{Id(created)}");

        Assert.Equal(created.Text, read.Text);
        Assert.Matches("^[0-9a-f]{24}$", Id(created));
        Assert.Equal(_dashboard, created["dashboard_id"].GetString());
        Assert.Equal("7", created["user_id"].GetString());
        Assert.Equal("Ada", created["user_name"].GetString());
        Assert.Equal("Nice 🦉", created["content"].GetString());
        Assert.Equal("[10.5,-20]", created["coordinates"].GetRawText());
        Assert.EndsWith("Z", created["created_at"].GetString(), StringComparison.Ordinal);
        Assert.Equal(created["created_at"].GetString(), created["updated_at"].GetString());
    }

    [Fact]
    public async Task Comments_of_a_dashboard_are_listed_oldest_first()
    {
        await CreateAsync("""{"content":"first","coordinates":"1,1"}""");
        await CreateAsync("""{"content":"second","coordinates":[2,2]}""");

        var listed = await service.GetAsync($"/comments/dashboards/{_dashboard}");

        Assert.Equal(["first", "second"], listed.Json.EnumerateArray().Select(c => c.GetProperty("content").GetString()));
        Assert.Equal("[]", (await service.GetAsync($"/comments/dashboards/{_dashboard}-other")).Text);
    }

    [Fact]
    public async Task Update_changes_what_it_names()
    {
        var comment = await CreateAsync("""{"content":"before","coordinates":"1,2"}""");

        var reworded = await service.PutAsync($"/comments/{Id(comment)}", """{"content":"after"}""");
        var moved = await service.PutAsync($"/comments/{Id(comment)}", """{"coordinates":[3,4]}""");
        var dragged = await service.PutAsync($"/comments/{Id(comment)}/coordinates", "[5,6.5]");

        Assert.Equal(("after", "[1,2]"), (reworded["content"].GetString(), reworded["coordinates"].GetRawText()));
        Assert.Equal(("after", "[3,4]"), (moved["content"].GetString(), moved["coordinates"].GetRawText()));
        Assert.Equal("[5,6.5]", dragged["coordinates"].GetRawText());
        Assert.Equal(dragged.Text, (await service.GetAsync($"/comments/{Id(comment)}")).Text);
        Assert.True(dragged["updated_at"].GetDateTime() > comment["updated_at"].GetDateTime());
    }

    [Fact]
    public async Task Delete_removes_the_comment()
    {
        var comment = await CreateAsync("""{"content":"gone","coordinates":"1,2"}""");

        (await service.DeleteAsync($"/comments/{Id(comment)}")).AssertStatus(HttpStatusCode.NoContent);

        (await service.GetAsync($"/comments/{Id(comment)}")).AssertError(HttpStatusCode.NotFound);
        (await service.DeleteAsync($"/comments/{Id(comment)}")).AssertError(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET", $"/comments/{UnknownId}", null)]
    [InlineData("PUT", $"/comments/{UnknownId}", """{"content":"x"}""")]
    [InlineData("PUT", $"/comments/{UnknownId}/coordinates", "[1,2]")]
    [InlineData("DELETE", $"/comments/{UnknownId}", null)]
    public async Task Unknown_comment_is_not_found(string method, string path, string? body) =>
        (await ApiClient.SendAsync(service.Http, HttpMethod.Parse(method), path, body)).AssertError(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("GET", "/comments/short", null, "id")]
    [InlineData("PUT", $"/comments/{UnknownId}", "{}", "content")]
    [InlineData("PUT", $"/comments/{UnknownId}", """{"content":""}""", "content")]
    [InlineData("PUT", $"/comments/{UnknownId}/coordinates", "[1]", "numbers")]
    [InlineData("PUT", $"/comments/{UnknownId}/coordinates", "[1,2,3]", "numbers")]
    [InlineData("PUT", $"/comments/{UnknownId}/coordinates", """["1","2"]""", "numbers")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"coordinates":"1,2"}""", "content")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"","coordinates":"1,2"}""", "content")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"x"}""", "coordinates")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"x","coordinates":"1"}""", "coordinates")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"x","coordinates":"NaN,1"}""", "coordinates")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"x","coordinates":"1,1e300"}""", "coordinates")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"x","coordinates":5}""", "coordinates")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"x","coordinates":"\ud800"}""", "coordinates")]
    [InlineData("POST", "/comments/dashboards/1/users/1/comments", """{"content":"x","coordinates":"1,2","\ud800":1}""", "body")]
    public async Task Invalid_request_is_unprocessable_and_says_why(string method, string path, string? body, string word)
    {
        var answer = await ApiClient.SendAsync(service.Http, HttpMethod.Parse(method), path, body);

        Assert.Contains(word, answer.AssertError(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 500, HttpStatusCode.Created)]
    [InlineData("x", 501, HttpStatusCode.UnprocessableEntity)]
    [InlineData("🦉", 500, HttpStatusCode.Created)]
    [InlineData("🦉", 501, HttpStatusCode.UnprocessableEntity)]
    public async Task Content_is_limited_in_characters(string character, int count, HttpStatusCode expected)
    {
        var content = string.Concat(Enumerable.Repeat(character, count));

        var answer = await service.PostAsync(
            $"/comments/dashboards/{_dashboard}/users/7/comments", $$"""{"content":"{{content}}","coordinates":"1,2"}""");

        answer.AssertStatus(expected);
    }

    [Fact]
    public async Task Listeners_of_the_dashboard_hear_of_every_change()
    {
        var path = $"/comments/ws/dashboards/{_dashboard}/comments";
        await using var first = await service.ConnectAsync(path);
        await using var second = await service.ConnectAsync(path);

        var comment = await CreateAsync("""{"content":"x","coordinates":"1,2"}""");
        var updated = await service.PutAsync($"/comments/{Id(comment)}/coordinates", "[3,4]");
        await service.DeleteAsync($"/comments/{Id(comment)}");

        foreach (var listener in new[] { first, second })
        {
            Assert.Equal(comment.Text, (await listener.ReceiveAsync("comment_created")).GetRawText());
            Assert.Equal(updated.Text, (await listener.ReceiveAsync("comment_updated")).GetRawText());
            var deleted = await listener.ReceiveAsync("comment_deleted");
            Assert.Equal(Id(comment), deleted.GetProperty("_id").GetString());
        }
    }

    [Fact]
    public async Task Listener_that_sends_is_told_to_use_http()
    {
        await using var client = await service.ConnectAsync($"/comments/ws/dashboards/{_dashboard}/comments");

        await client.SendAsync("""{"type":"comment_created","data":{}}""");

        Assert.Contains("HTTP", await client.ReceiveErrorAsync(), StringComparison.Ordinal);
    }

    private static string Id(Answer comment) => comment["_id"].GetString()!;

    private async Task<Answer> CreateAsync(string json) =>
        (await service.PostAsync($"/comments/dashboards/{_dashboard}/users/7/comments", json))
            .AssertStatus(HttpStatusCode.Created);
}
