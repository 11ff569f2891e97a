using OwlBoard.AppHost.Topology;

namespace OwlBoard.Tests.AppHost;

/// <summary>Tests of the published files. The package Aspire.Hosting.Docker 13.6.5 wrote those in <c>Expected/</c>.</summary>
/// <remarks>
/// To renew them after a change of <c>AppHost.cs</c>, restore with a package feed that has the package (the build prints
/// <c>docker-compose publisher: the package Aspire.Hosting.Docker</c>) and publish with each set of options below:
/// <c>dotnet run --project OwlBoard.AppHost -p:ComposePublisher=Package -- --operation publish --step publish --output-path DIR OPTIONS</c>.
/// Copy <c>DIR/docker-compose.yaml</c> to <c>Expected/NAME.yaml</c> and <c>DIR/.env</c> to <c>Expected/NAME.env</c>. Do not renew
/// them with <c>OwlBoard.AppHost/Compose</c>, which they verify.
/// </remarks>
[Trait("Category", "Integration")]
public sealed class PublishTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("owlboard-").FullName;

    /// <summary>The published variants: the name in <c>Expected/</c>, and the options.</summary>
    public static TheoryData<string, string[]> Variants => new()
    {
        { "compose", [] },
        { "compose-8", ["--gateways", "8"] },
        { "existing", ["--platform", "existing"] },
        { "swarm", ["--target", "swarm"] },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Published_files_are_those_that_the_package_writes(string name, string[] options)
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

    [Theory]
    [InlineData("publish-owlboard", "--output-path", "{file}/below")]
    [InlineData("--gateways is '0'", "--output-path", "{directory}", "--gateways", "0")]
    public async Task Publishing_reports_why_it_failed(string expected, params string[] options)
    {
        var file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        await using var appHost = new AppHostProcess(
        [
            "--operation", "publish", "--step", "publish", .. options.Select(option => option
                .Replace("{file}", file, StringComparison.Ordinal)
                .Replace("{directory}", _directory, StringComparison.Ordinal)),
        ]);

        Assert.NotEqual(0, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains(appHost.Output.Concat(appHost.Errors), line => line.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deploying_is_refused_without_the_package()
    {
        Assert.SkipUnless(
            typeof(TopologyOptions).Assembly.GetType("Aspire.Hosting.Docker.DockerComposeEnvironmentResource") is not null,
            "The AppHost was built with the package Aspire.Hosting.Docker, which supports deployment.");
        await using var appHost = new AppHostProcess("--operation", "publish", "--step", "deploy", "--output-path", _directory);

        Assert.Equal(1, await appHost.WaitForExitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains(appHost.Output.Concat(appHost.Errors), line => line.Contains("aspire deploy needs the package", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Expected(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "AppHost", "Expected", name));

    private Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(_directory, name), TestContext.Current.CancellationToken);
}
