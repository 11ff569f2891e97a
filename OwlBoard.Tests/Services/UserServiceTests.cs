using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.Services.Users;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public abstract class UserServiceTests(RunningService service)
{
    private const string Password = "correct horse";

    [Fact]
    public async Task Health_names_the_service()
    {
        var answer = await service.GetAsync("/health");

        Assert.Equal("""{"status":"healthy","service":"user_service"}""", answer.Text);
        Assert.Equal("application/json", answer.MediaType);
    }

    [Fact]
    public async Task Registration_makes_a_user_that_can_log_in()
    {
        var registered = await service.PostAsync("/users/register", Registration("ada@example.org"));
        var loggedIn = await service.PostAsync("/users/login", Login("ada@example.org", Password));

        Assert.Equal(HttpStatusCode.OK, registered.Status);
        Assert.Equal(HttpStatusCode.OK, loggedIn.Status);
        Assert.Equal(registered["id"].GetInt32(), loggedIn["id"].GetInt32());
        Assert.NotEmpty(registered["message"].GetString()!);
    }

    [Fact]
    public async Task User_is_shown_without_anything_of_the_password()
    {
        var id = await RegisterAsync("grace@example.org");

        var user = await service.GetAsync($"/users/{id}");

        Assert.Equal($$"""{"id":{{id}},"email":"grace@example.org","full_name":"Ada L","is_active":true}""", user.Text);
    }

    [Theory]
    [InlineData("/users/")]
    [InlineData("/users")]
    public async Task List_holds_every_user(string path)
    {
        var id = await RegisterAsync($"{Guid.NewGuid():N}@example.org");

        var users = await service.GetAsync(path);

        Assert.Contains(users.Json.EnumerateArray(), user => user.GetProperty("id").GetInt32() == id);
    }

    [Fact]
    public async Task List_is_paged_when_asked()
    {
        await RegisterAsync($"{Guid.NewGuid():N}@example.org");
        await RegisterAsync($"{Guid.NewGuid():N}@example.org");

        var first = await service.GetAsync("/users/?limit=1");
        var second = await service.GetAsync("/users/?limit=1&skip=1");

        Assert.Equal(1, first.Json.GetArrayLength());
        Assert.True(first.Json[0].GetProperty("id").GetInt32() < second.Json[0].GetProperty("id").GetInt32());
    }

    [Theory]
    [InlineData("taken@example.org")]
    [InlineData("TAKEN@example.org")]
    public async Task Registration_is_refused_when_the_email_exists(string email)
    {
        await service.PostAsync("/users/register", Registration("taken@example.org"));

        var again = await service.PostAsync("/users/register", Registration(email));

        again.AssertError(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Registration_succeeds_once_when_many_want_the_same_email()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => service.PostAsync("/users/register", Registration("race@example.org"))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("""{"email":"no address","full_name":"A","password":"secret"}""", "email")]
    [InlineData("""{"email":"A <a@b.org>","full_name":"A","password":"secret"}""", "email")]
    [InlineData("""{"full_name":"A","password":"secret"}""", "email")]
    [InlineData("""{"email":5,"full_name":"A","password":"secret"}""", "email")]
    [InlineData("""{"email":"a@b.org","password":"secret"}""", "full_name")]
    [InlineData("""{"email":"a@b.org","full_name":"  ","password":"secret"}""", "full_name")]
    [InlineData("""{"email":"a@b.org","full_name":"A","password":"short"}""", "password")]
    [InlineData("""{"email":"a@b.org","full_name":"A","password":null}""", "password")]
    [InlineData("""{"email":"a@b.org","full_name":"A\u0000","password":"secret"}""", "full_name")]
    [InlineData("""{"email":"a@b.org","full_name":"A","password":["secret"]}""", "password")]
    public async Task Registration_names_the_field_that_is_wrong(string body, string field)
    {
        var answer = await service.PostAsync("/users/register", body);

        Assert.Contains(field, answer.AssertError(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"email\":\"\\ud800\",\"full_name\":\"A\",\"password\":\"secret\"}")]
    [InlineData("{\"\\ud800\":1,\"email\":\"a@b.org\",\"full_name\":\"A\",\"password\":\"secret\"}")]
    public async Task Body_that_is_no_such_json_is_unprocessable(string body)
    {
        var answer = await service.PostAsync("/users/register", body);

        answer.AssertError(HttpStatusCode.UnprocessableEntity);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Body_that_is_not_called_json_is_refused_as_a_page_of_any_site_could_send_it(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Registration($"{Guid.NewGuid():N}@example.org")));
        content.Headers.ContentType = type is null ? null : new(type);
        using var response = await service.Http.PostAsync("/users/register", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("application/json", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_over_the_limit_is_refused_with_a_detail()
    {
        var answer = await service.PostAsync("/users/register", $$"""{"email":"{{new string('x', 100_000)}}"}""");

        answer.AssertError(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Login_says_the_same_for_a_wrong_password_an_unknown_and_an_inactive_user()
    {
        await RegisterAsync("right@example.org");
        var inactive = await RegisterAsync("inactive@example.org");
        await service.DeleteAsync($"/users/{inactive}");

        var wrong = await service.PostAsync("/users/login", Login("right@example.org", "wrong password"));
        var unknown = await service.PostAsync("/users/login", Login("nobody@example.org", Password));
        var gone = await service.PostAsync("/users/login", Login("inactive@example.org", Password));

        wrong.AssertError(HttpStatusCode.BadRequest);
        Assert.Equal(wrong, unknown);
        Assert.Equal(wrong, gone);
    }

    [Fact]
    public async Task Login_hashes_for_an_unknown_user_too()
    {
        await RegisterAsync("timing@example.org");
        await service.PostAsync("/users/login", Login("timing@example.org", "warm up"));

        var wrong = await FastestOfThreeAsync("timing@example.org");
        var unknown = await FastestOfThreeAsync("nobody-at-all@example.org");

        // Without hashing, the login would take less than a tenth of the time.
        Assert.True(unknown > wrong / 3, $"Unknown user: {unknown}, wrong password: {wrong}");

        async Task<TimeSpan> FastestOfThreeAsync(string email)
        {
            var fastest = TimeSpan.MaxValue;
            for (var i = 0; i < 3; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await service.PostAsync("/users/login", Login(email, "wrong password"));
                var taken = Stopwatch.GetElapsedTime(started);
                fastest = taken < fastest ? taken : fastest;
            }

            return fastest;
        }
    }

    [Fact]
    public async Task Password_is_stored_as_a_salted_hash()
    {
        var first = await RegisterAsync("hash1@example.org");
        var second = await RegisterAsync("hash2@example.org");

        await using var db = await service.Services.GetRequiredService<IDbContextFactory<UsersDb>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        var hashes = await db.Users.Where(u => u.Id == first || u.Id == second).Select(u => u.PasswordHash)
            .ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, hashes.Distinct().Count());
        Assert.All(hashes, hash => Assert.DoesNotContain(Password, hash, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Update_changes_the_name_and_leaves_the_password()
    {
        var id = await RegisterAsync("name@example.org");

        var updated = await service.PutAsync($"/users/{id}", """{"full_name":"Augusta"}""");

        Assert.Equal("Augusta", updated.AssertStatus(HttpStatusCode.OK)["full_name"].GetString());
        Assert.Equal("Augusta", (await service.GetAsync($"/users/{id}"))["full_name"].GetString());
        (await service.PostAsync("/users/login", Login("name@example.org", Password))).AssertStatus(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Update_replaces_the_password()
    {
        var id = await RegisterAsync("change@example.org");

        (await service.PutAsync($"/users/{id}", """{"password":"new secret"}""")).AssertStatus(HttpStatusCode.OK);

        (await service.PostAsync("/users/login", Login("change@example.org", "new secret"))).AssertStatus(HttpStatusCode.OK);
        (await service.PostAsync("/users/login", Login("change@example.org", Password))).AssertError(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"password":"short"}""")]
    [InlineData("""{"full_name":""}""")]
    public async Task Update_is_refused_when_it_is_invalid(string body)
    {
        var id = await RegisterAsync($"{Guid.NewGuid():N}@example.org");

        (await service.PutAsync($"/users/{id}", body)).AssertError(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Delete_deactivates_the_user()
    {
        var id = await RegisterAsync("soft@example.org");

        (await service.DeleteAsync($"/users/{id}")).AssertStatus(HttpStatusCode.NoContent);

        Assert.False((await service.GetAsync($"/users/{id}"))["is_active"].GetBoolean());
    }

    [Fact]
    public async Task Hard_delete_removes_the_user_and_the_dashboards()
    {
        var id = await RegisterAsync("hard@example.org");
        await service.PostAsync($"/users/{id}/dashboards", """{"title":"Plans"}""");

        (await service.DeleteAsync($"/users/{id}?hard=true")).AssertStatus(HttpStatusCode.NoContent);

        (await service.GetAsync($"/users/{id}")).AssertError(HttpStatusCode.NotFound);
        (await service.GetAsync($"/users/{id}/dashboards")).AssertError(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Dashboards_are_listed_as_created()
    {
        var id = await RegisterAsync("boards@example.org");

        var empty = await service.GetAsync($"/users/{id}/dashboards");
        var created = await service.PostAsync($"/users/{id}/dashboards", """{"title":"Plans","description":"of ours"}""");
        await service.PostAsync($"/users/{id}/dashboards", """{"title":"More"}""");
        var listed = await service.GetAsync($"/users/{id}/dashboards");

        Assert.Equal("[]", empty.Text);
        created.AssertStatus(HttpStatusCode.Created);
        Assert.Equal(
            $$"""{"id":{{created["id"]}},"title":"Plans","description":"of ours","owner_id":{{id}}}""", created.Text);
        Assert.Equal(["Plans", "More"], listed.Json.EnumerateArray().Select(board => board.GetProperty("title").GetString()));
    }

    [Fact]
    public async Task Deleted_dashboard_is_gone_and_the_owners_others_stay()
    {
        var id = await RegisterAsync("tidy@example.org");
        var other = await RegisterAsync("other@example.org");
        var board = (await service.PostAsync($"/users/{id}/dashboards", """{"title":"Old"}"""))["id"];
        await service.PostAsync($"/users/{id}/dashboards", """{"title":"New"}""");

        (await service.DeleteAsync($"/users/{other}/dashboards/{board}")).AssertError(HttpStatusCode.NotFound);
        var deleted = await service.DeleteAsync($"/users/{id}/dashboards/{board}");

        deleted.AssertStatus(HttpStatusCode.NoContent);
        Assert.Equal("New", (await service.GetAsync($"/users/{id}/dashboards")).Json.EnumerateArray().Single().GetProperty("title").GetString());
        (await service.DeleteAsync($"/users/{id}/dashboards/{board}")).AssertError(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"title":""}""")]
    [InlineData("""{"title":7}""")]
    public async Task Dashboard_without_a_title_is_unprocessable(string body)
    {
        var id = await RegisterAsync($"{Guid.NewGuid():N}@example.org");

        var answer = await service.PostAsync($"/users/{id}/dashboards", body);

        Assert.Contains("title", answer.AssertError(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/users/999999", null)]
    [InlineData("PUT", "/users/999999", """{"full_name":"X"}""")]
    [InlineData("DELETE", "/users/999999", null)]
    [InlineData("DELETE", "/users/999999?hard=true", null)]
    [InlineData("GET", "/users/999999/dashboards", null)]
    [InlineData("POST", "/users/999999/dashboards", """{"title":"X"}""")]
    [InlineData("GET", "/nothing/here", null)]
    public async Task Unknown_things_are_not_found(string method, string path, string? body)
    {
        var answer = await ApiClient.SendAsync(service.Http, HttpMethod.Parse(method), path, body);

        answer.AssertError(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET", "/users/abc", "id")]
    [InlineData("DELETE", "/users/1?hard=perhaps", "hard")]
    [InlineData("DELETE", "/users/1/dashboards/abc", "dashboard_id")]
    [InlineData("GET", "/users/?limit=0", "limit")]
    [InlineData("GET", "/users/?limit=1001", "limit")]
    [InlineData("GET", "/users/?skip=-1", "skip")]
    public async Task Parameter_of_the_wrong_type_is_named(string method, string path, string parameter)
    {
        var answer = await ApiClient.SendAsync(service.Http, HttpMethod.Parse(method), path, null);

        Assert.StartsWith(parameter, answer.AssertError(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
    }

    private static string Registration(string email) =>
        $$"""{"email":"{{email}}","full_name":"Ada L","password":"{{Password}}"}""";

    private static string Login(string email, string password) =>
        $$"""{"email":"{{email}}","password":"{{password}}"}""";

    private async Task<int> RegisterAsync(string email) =>
        (await service.PostAsync("/users/register", Registration(email))).AssertStatus(HttpStatusCode.OK)["id"].GetInt32();
}
