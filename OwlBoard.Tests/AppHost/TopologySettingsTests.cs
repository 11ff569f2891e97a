using Microsoft.Extensions.Configuration;
using OwlBoard.AppHost.Topology;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Unit")]
public sealed class TopologySettingsTests
{
    [Fact]
    public void Settings_have_their_defaults_when_nothing_is_said()
    {
        var settings = Read([]);

        Assert.Equal(4, settings.Number("gateways", 4, atLeast: 1, atMost: 64));
        Assert.Equal(8000, settings.Port("desktop", 8000));
        Assert.Null(settings.Error);
    }

    [Theory]
    [InlineData("--gateways=8")]
    [InlineData("--gateways", "8")]
    [InlineData("--Gateways", "8")]
    public void Settings_have_the_value_when_the_command_line_says_one(params string[] args)
    {
        var settings = Read(args);

        Assert.Equal(8, settings.Number("gateways", 4, atLeast: 1, atMost: 64));
        Assert.Null(settings.Error);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-1")]
    [InlineData("four")]
    [InlineData("4.5")]
    [InlineData("")]
    public void Settings_name_the_option_the_value_and_the_range_when_it_is_out_of_range(string value)
    {
        var settings = Read([$"--gateways={value}"]);
        settings.Number("gateways", 4, atLeast: 1, atMost: 64);

        Assert.Equal($"--gateways is '{value}'; it must be a whole number from 1 to 64.", settings.Error);
    }

    [Theory]
    [InlineData("Unknown option '--gatewys'", "--gatewys", "8")]
    [InlineData("--gateways requires a value", "--gateways")]
    [InlineData("--gateways requires a value", "--gateways", "--ports:desktop", "1")]
    [InlineData("'8' is not an option", "8")]
    public void Settings_refuse_what_would_be_ignored_in_silence(string expected, params string[] args)
    {
        var settings = Read(args);
        _ = settings.Number("gateways", 4, atLeast: 1, atMost: 64);
        _ = settings.Port("desktop", 8000);

        Assert.StartsWith(expected, settings.Error ?? string.Empty, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_refuse_two_ports_that_are_the_same()
    {
        var settings = Read(["--ports:desktop", "9000"]);
        settings.Port("desktop", 8000);
        settings.Port("mobile", 9000);

        Assert.Equal("--ports:desktop and --ports:mobile are both 9000; each needs a port of its own.", settings.Error);
    }

    [Fact]
    public void Directory_is_absolute_when_it_is_given_relative()
    {
        var settings = Read(["--data-directory", "somewhere"]);

        Assert.Equal(Path.GetFullPath("somewhere"), settings.Directory("data-directory", "/elsewhere"));
    }

    private static TopologySettings Read(string[] args)
    {
        var configuration = new ConfigurationManager();
        configuration.AddCommandLine(args);
        return new TopologySettings(args, configuration);
    }
}
