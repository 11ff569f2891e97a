using OwlBoard.Tests.AppHost;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>Parses every published file with <c>docker-compose</c>, without a Docker engine.</summary>
[Trait("Category", "Deployment")]
public sealed class ComposeConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("owlboard-").FullName;

    public static TheoryData<string> Files => PublishedSystemTests.Files;

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Published_file_is_accepted_when_every_value_is_filled_in(string name)
    {
        Copy(name, line => line.EndsWith('=') ? line + "value" : line);

        (await ConfigAsync()).Succeeded();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Published_file_is_refused_when_a_value_is_missing(string name)
    {
        var missing = File.ReadLines(Expected($"{name}.env")).Where(line => line.EndsWith('='));
        // One image and one password suffice: docker-compose takes 0.5 s for each.
        foreach (var one in missing.DistinctBy(line => line.EndsWith("_IMAGE=", StringComparison.Ordinal)))
        {
            Copy(name, line => line.EndsWith('=') && line != one ? line + "value" : line);

            var config = await ConfigAsync();

            Assert.NotEqual(0, config.ExitCode);
            Assert.Contains($"{one[..^1]} is empty in .env", config.Errors, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Expected(string name) => Path.Combine(AppContext.BaseDirectory, "AppHost", "Expected", name);

    private void Copy(string name, Func<string, string> fill)
    {
        File.Copy(Expected($"{name}.yaml"), Path.Combine(_directory, "docker-compose.yaml"), overwrite: true);
        File.WriteAllLines(Path.Combine(_directory, ".env"), File.ReadLines(Expected($"{name}.env")).Select(fill));
    }

    private Task<ToolResult> ConfigAsync()
    {
        var compose = Require.Tool("docker-compose", "docker-compose");
        return Tool.RunAsync(compose, ["config", "--quiet"], directory: _directory);
    }
}
