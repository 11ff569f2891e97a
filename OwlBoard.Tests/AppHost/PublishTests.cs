namespace OwlBoard.Tests.AppHost;

/// <summary>What publishing writes. The files in <c>Expected/</c> were written by Aspire 13.5.2 itself.</summary>
/// <remarks>
/// To renew them after a change of <c>AppHost.cs</c>, where Aspire's packages can be restored, for each set of options below:
/// <c>dotnet run --project OwlBoard.AppHost -p:AppModel=Aspire -- --operation publish --step publish --output-path DIR OPTIONS</c>,
/// then <c>DIR/docker-compose.yaml</c> is <c>Expected/NAME.yaml</c> and <c>DIR/.env</c> is <c>Expected/NAME.env</c>.
/// Renew them with Aspire only: what the embedded engine writes is what they are there to judge.
/// </remarks>
[Trait("Category", "Integration")]
public sealed class PublishTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("owlboard-").FullName;

    /// <summary>Every published file: its name in <c>Expected/</c>, and the options that make it.</summary>
    public static TheoryData<string, string[]> Variants => new()
    {
        { "compose", [] },
        { "compose-8", ["--gateways", "8"] },
        { "existing", ["--platform", "existing"] },
        { "swarm", ["--target", "swarm"] },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Published_files_are_those_that_Aspire_writes(string name, string[] options)
    {
        await PublishedFiles.WriteAsync(_directory, options);

        Assert.Equal(Expected($"{name}.yaml"), await ReadAsync("docker-compose.yaml"));
        Assert.Equal(Expected($"{name}.env"), await ReadAsync(".env"));
    }

    [Fact]
    public async Task Env_file_keeps_what_was_filled_in_when_it_is_published_again()
    {
        await PublishedFiles.WriteAsync(_directory);
        var env = Path.Combine(_directory, ".env");
        var filledIn = "# Ours\nMINE=1\n\n" + (await ReadAsync(".env"))
            .Replace("REDIS_PASSWORD=\n", "REDIS_PASSWORD=a=b \n", StringComparison.Ordinal);
        await File.WriteAllTextAsync(env, filledIn, TestContext.Current.CancellationToken);

        await PublishedFiles.WriteAsync(_directory, "--gateways", "8");

        var published = await ReadAsync(".env");
        Assert.Contains("# Parameter redis-password\nREDIS_PASSWORD=a=b \n", published, StringComparison.Ordinal);
        Assert.Contains("# Ours\nMINE=1\n", published, StringComparison.Ordinal);
        Assert.Contains("API_GATEWAY_8_IMAGE=\n", published, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishing_says_what_is_left_to_fill_in()
    {
        await using var appHost = new AppHostProcess("--operation", "publish", "--output-path", _directory);

        Assert.Equal(0, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains(appHost.Output, line => line.StartsWith("Fill in ", StringComparison.Ordinal)
            && line.Contains("LOAD_BALANCER_IMAGE, MOBILE_FRONTEND_IMAGE, POSTGRES_PASSWORD", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Cannot publish to ", "--output-path", "{file}/below")]
    [InlineData("Cannot publish to ", "--output-path", "{file}")]
    [InlineData("--output-path is empty")]
    [InlineData("--step is 'deploy'", "--output-path", "{directory}", "--step", "deploy")]
    [InlineData("--gateways is '0'", "--output-path", "{directory}", "--gateways", "0")]
    public async Task Publishing_fails_with_one_line_when_it_cannot_be_done(string expected, params string[] options)
    {
        var file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        await using var appHost = new AppHostProcess(
        [
            "--operation", "publish", .. options.Select(option => option
                .Replace("{file}", file, StringComparison.Ordinal)
                .Replace("{directory}", _directory, StringComparison.Ordinal)),
        ]);

        Assert.Equal(1, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(30)));

        Assert.StartsWith(expected, Assert.Single(appHost.Errors), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Expected(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "AppHost", "Expected", name));

    private Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(_directory, name), TestContext.Current.CancellationToken);
}
