using System.Net;

namespace OwlBoard.Tests.Services;

/// <summary>Tests of more concurrent logins than a service can hash passwords for.</summary>
[Trait("Category", "Integration")]
public sealed class LoginOverloadTests(LoginOverloadTests.SlowHashes service) : IClassFixture<LoginOverloadTests.SlowHashes>
{
    private const string Password = "correct horse";
    private const string Attacker = "198.51.100.1";
    private const string Owner = "203.0.113.1";

    [Fact]
    public async Task Flood_of_logins_is_refused_at_once_while_others_log_in_and_read()
    {
        var email = await RegisterAsync();
        // Correct passwords, so that the limit of wrong ones does not apply.
        var flood = Enumerable.Range(0, 20).Select(_ => LogInAsync(Attacker, email, Password)).ToList();

        var login = LogInAsync(Owner, email, Password);
        (await service.GetAsync("/users/")).AssertStatus(HttpStatusCode.OK);
        (await login).AssertStatus(HttpStatusCode.OK);

        var answers = await Task.WhenAll(flood);
        // At any time, one login is hashed and two wait.
        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.OK), 3, 15);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.AssertTooMany());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Guesses_sent_at_once_are_slowed_down_and_the_owner_logs_in_from_elsewhere(bool exists)
    {
        var email = exists ? await RegisterAsync() : $"{Guid.NewGuid():N}@example.org";
        var attacker = exists ? "198.51.100.2" : "198.51.100.3";

        var answers = new List<Answer>();
        for (var i = 0; i < 4; i++)
        {
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LogInAsync(attacker, email, "wrong password"))));
        }

        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.BadRequest));
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests));
        Assert.Contains("wrong passwords", answers[^1].AssertTooMany(), StringComparison.Ordinal);
        // Even the correct password reveals nothing to the attacker.
        (await LogInAsync(attacker, email, Password)).AssertTooMany();
        (await LogInAsync(Owner, email, Password)).AssertStatus(exists ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    private async Task<string> RegisterAsync()
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        (await service.PostFromAsync(
            Owner, "/users/register", $$"""{"email":"{{email}}","full_name":"Ada L","password":"{{Password}}"}""")).AssertStatus(HttpStatusCode.OK);
        return email;
    }

    private Task<Answer> LogInAsync(string client, string email, string password) =>
        service.PostFromAsync(client, "/users/login", $$"""{"email":"{{email}}","password":"{{password}}"}""");

    public sealed class SlowHashes() : RunningService(
        "user", "--Users:Passwords:QueuePerClient=2", "--Users:Passwords:Iterations=200000");
}
