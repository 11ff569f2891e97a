using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OwlBoard.ServiceDefaults;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.ServiceDefaults;

/// <summary>Tests of changes to configuration files at run time: real files, watched as in production.</summary>
[Trait("Category", "Integration")]
public sealed class ConfigurationFileTests : IAsyncLifetime
{
    private const string Main = "appsettings.json";
    private const string Other = "appsettings.Production.json";

    private readonly string _directory = Directory.CreateTempSubdirectory("owlboard-").FullName;
    private readonly RecordedLogs _logs = new();
    private IHost _host = null!;

    private IConfiguration Configuration => _host.Services.GetRequiredService<IConfiguration>();

    public async ValueTask InitializeAsync()
    {
        Write(Main, """{ "Main": "first", "Gateways": [ "a", "b" ] }""");
        Write(Other, """{ "Other": "first" }""");
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            ContentRootPath = _directory,
            EnvironmentName = Environments.Production,
        });
        builder.AddServiceDefaults();
        builder.Services.AddSingleton<ILoggerProvider>(_logs);
        _host = builder.Build();
        await _host.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_change_takes_effect_and_what_was_taken_out_is_gone()
    {
        Write(Main, """{ "Main": "second" }""");

        await HasAsync("Main", "second");
        Assert.Empty(Configuration.GetSection("Gateways").GetChildren());
        Assert.Empty(Errors());
    }

    [Theory]
    [InlineData("""{ "Main": "second",, }""")]
    [InlineData("""{ "Main": "second" """)]
    [InlineData("""[ "second" ]""")]
    [InlineData("")]
    public async Task A_file_that_does_not_parse_is_reported_and_its_last_good_values_stay_whatever_else_changes(string text)
    {
        Write(Main, text);
        await Eventually.IsTrueAsync("the fault is reported", () => Errors().Length > 0);
        AssertLastGoodValues();

        Write(Other, """{ "Other": "second" }""");
        await HasAsync("Other", "second");
        AssertLastGoodValues();

        ((IConfigurationRoot)Configuration).Reload();
        AssertLastGoodValues();

        var error = Assert.Single(Errors());
        Assert.StartsWith($"Error: {Main} changed but cannot be read; keeping the previous configuration: ", error, StringComparison.Ordinal);

        Write(Main, """{ "Main": "third" }""");
        await HasAsync("Main", "third");
    }

    [Fact]
    public async Task A_file_that_disappears_is_reported_and_its_values_stay_whatever_else_changes()
    {
        File.Delete(Path.Combine(_directory, Main));
        await Eventually.IsTrueAsync("the missing file is reported", () => Errors().Length > 0);
        AssertLastGoodValues();

        Write(Other, """{ "Other": "second" }""");
        await HasAsync("Other", "second");
        AssertLastGoodValues();

        Assert.Equal(
            $"Error: {Main} changed but cannot be read; keeping the previous configuration: the file does not exist",
            Assert.Single(Errors()));

        Write(Main, """{ "Main": "third" }""");
        await HasAsync("Main", "third");
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_reported_and_its_last_good_values_stay()
    {
        // Use a folder in place of the file, since root may read any file.
        File.Delete(Path.Combine(_directory, Main));
        Directory.CreateDirectory(Path.Combine(_directory, Main));

        await Eventually.IsTrueAsync("the fault is reported", () => Errors().Length > 0);
        AssertLastGoodValues();
    }

    private void AssertLastGoodValues()
    {
        Assert.Equal("first", Configuration["Main"]);
        Assert.Equal(["a", "b"], Configuration.GetSection("Gateways").Get<string[]>()!);
    }

    private string[] Errors() => [.. _logs.Lines.Where(line => line.StartsWith("Error: ", StringComparison.Ordinal))];

    private Task HasAsync(string key, string value) =>
        Eventually.IsTrueAsync($"{key} is {value}", () => Configuration[key] == value);

    /// <summary>Replaces the file atomically, so that no reader sees a partial file.</summary>
    private void Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
