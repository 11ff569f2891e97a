using System.Diagnostics;
using OwlBoard.Gateway.Configuration;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Gateway;

[Trait("Category", "Integration")]
public sealed class StartupTests
{
    [Theory]
    [InlineData("Gateway:Services:users", "user-service")]
    [InlineData("Gateway:Services:chat", "ftp://chat-service")]
    [InlineData("Gateway:AllowedOrigins:0", "localhost:3002")]
    [InlineData("Gateway:AllowedOrigins:0", "http://localhost:3002/page")]
    [InlineData("Gateway:Name", "api gateway")]
    [InlineData("Gateway:ConnectTimeout", "00:10:00")]
    [InlineData("Gateway:ServiceTimeouts:chat", "00:00:00")]
    [InlineData("Gateway:ServiceTimeouts:mail", "00:00:10")]
    [InlineData("Gateway:Breaker:FailureRatio", "1.5")]
    [InlineData("Gateway:Breaker:MinimumRequests", "1")]
    [InlineData("Gateway:Breaker:BreakDuration", "00:00:00.1")]
    [InlineData("WebSockets:CloseTimeout", "00:02:00")]
    [InlineData("Discovery:RefreshPeriod", "00:00:00")]
    public async Task Bad_setting_ends_the_gateway_with_1_and_one_line_that_names_key_and_what_is_allowed(string key, string value)
    {
        var (exitCode, error) = await Programs.RunAsync(typeof(GatewayOptions).Assembly, $"--{key}={value}");

        Assert.Equal(1, exitCode);
        Assert.Contains(key, error, StringComparison.Ordinal);
        Assert.Contains("must be", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public async Task Star_together_with_credentials_is_refused()
    {
        var (exitCode, error) = await Programs.RunAsync(
            typeof(GatewayOptions).Assembly, "--Gateway:AllowedOrigins:0=*", "--Gateway:AllowCredentials=true");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("Gateway:AllowedOrigins:0 is '*'", error, StringComparison.Ordinal);
        Assert.Contains("Gateway:AllowCredentials", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_setting_prints_no_stack_trace_anywhere()
    {
        var start = new ProcessStartInfo("dotnet",
            [typeof(GatewayOptions).Assembly.Location, "--urls=http://127.0.0.1:0", "--Gateway:Services:users=nonsense"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("Gateway:Services:users is 'nonsense'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", await output + error, StringComparison.Ordinal);
    }
}
