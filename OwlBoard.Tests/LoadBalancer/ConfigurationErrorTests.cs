using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Each message names the key, the value and the allowed values.</summary>
[Trait("Category", "Integration")]
public sealed class ConfigurationErrorTests
{
    [Theory]
    [InlineData("Gateways:0=api-gateway-1", "LoadBalancer:Gateways:0 is 'api-gateway-1'; it must be an http or https address, as in http://api-gateway-1 or http://10.0.0.5:8080.")]
    [InlineData("Gateways:0=ftp://api-gateway-1", "LoadBalancer:Gateways:0 is 'ftp://api-gateway-1'; it must be an http or https address, as in http://api-gateway-1 or http://10.0.0.5:8080.")]
    [InlineData("Gateways:0=http://a/api", "LoadBalancer:Gateways:0 is 'http://a/api'; it must be an address without path, query or credentials.")]
    [InlineData("Gateways:0=http://me:secret@a", "LoadBalancer:Gateways:0 is 'http://***@a'; it must be an address without path, query or credentials.")]
    [InlineData("Gateways:0=http://a Gateways:1=http://A", "LoadBalancer:Gateways:1:Name is 'a'; it must be unique; Gateways:0 has the same name.")]
    [InlineData("Gateways:0:Address=http://a Gateways:0:Weight=0", "LoadBalancer:Gateways:0:Weight is '0'; it must be a number from 0.001 to 1000.")]
    [InlineData("Address=everywhere", "LoadBalancer:Address is 'everywhere'; it must be *, localhost or an IP address.")]
    [InlineData("DesktopPort=65536", "LoadBalancer:DesktopPort is '65536'; it must be from 0 to 65535.")]
    [InlineData("MobilePort=8000", "LoadBalancer:MobilePort is '8000'; it must be a port other than LoadBalancer:DesktopPort.")]
    [InlineData("Algorithm=fastest", "LoadBalancer:Algorithm is 'fastest'; it must be one of ", true)]
    [InlineData("SlowStart=-00:00:01", "LoadBalancer:SlowStart is '-00:00:01'; it must be from 00:00:00 to 01:00:00.")]
    [InlineData("TrustedProxies:0=10.0.0.0/33", "LoadBalancer:TrustedProxies:0 is '10.0.0.0/33'; it must be a network in CIDR notation, as in 10.0.0.0/8 or fd00::/8.")]
    [InlineData("ManagementHosts:0=http://status.example.com", "LoadBalancer:ManagementHosts:0 is 'http://status.example.com'; it must be a host name or IP address without scheme and port, as in status.example.com.")]
    [InlineData("ManagementHosts:0=localhost ManagementHosts:1=a:9100", "LoadBalancer:ManagementHosts:1 is 'a:9100'; it must be a host name or IP address without scheme and port, as in status.example.com.")]
    [InlineData("PassiveHealth:MaxFails=-1", "LoadBalancer:PassiveHealth:MaxFails is '-1'; it must be from 0 to 1000.")]
    [InlineData("ActiveHealth:Timeout=00:00:03", "LoadBalancer:ActiveHealth:Timeout is '00:00:03'; it must be at most ActiveHealth:Interval, which is 00:00:02.")]
    [InlineData("Retry:Tries=0", "LoadBalancer:Retry:Tries is '0'; it must be from 1 to 16.")]
    [InlineData("Retry:BudgetRatio=1.5", "LoadBalancer:Retry:BudgetRatio is '1.5'; it must be from 0 to 1.")]
    [InlineData("Timeouts:Connect=00:00:00", "LoadBalancer:Timeouts:Connect is '00:00:00'; it must be from 00:00:00.0100000 to 00:10:00.")]
    [InlineData("Timeouts:ClientSend=00:00:00", "LoadBalancer:Timeouts:ClientSend is '00:00:00'; it must be from 00:00:00.1000000 to 1.00:00:00.")]
    [InlineData("Limits:RequestBodyBytes=-1", "LoadBalancer:Limits:RequestBodyBytes is '-1'; it must be from 0 to 1099511627776.")]
    [InlineData("Limits:Connections=-1", "LoadBalancer:Limits:Connections is '-1'; it must be from 0 to 10000000.")]
    [InlineData("Limits:RequestHeaderCount=0", "LoadBalancer:Limits:RequestHeaderCount is '0'; it must be from 1 to 10000.")]
    [InlineData("AccessLog:Format=xml", "LoadBalancer:AccessLog:Format is 'xml'; it must be one of text, json.")]
    [InlineData("AccessLog:Capacity=1", "LoadBalancer:AccessLog:Capacity is '1'; it must be from 16 to 1000000.")]
    [InlineData("RateLimit:RequestsPerSecond=-1", "LoadBalancer:RateLimit:RequestsPerSecond is '-1'; it must be from 0 to 1000000.")]
    [InlineData("RateLimit:RequestsPerSecond=0.0001", "LoadBalancer:RateLimit:RequestsPerSecond is '0.0001'; it must be 0 (no limit) or at least 0.001.")]
    [InlineData("RateLimit:RequestsPerSecond=NaN", "LoadBalancer:RateLimit:RequestsPerSecond is 'NaN'; it must be from 0 to 1000000.")]
    [InlineData("RateLimit:Burst=-1", "LoadBalancer:RateLimit:Burst is '-1'; it must be from 0 to 1000000.")]
    [InlineData("RateLimit:Clients=1", "LoadBalancer:RateLimit:Clients is '1'; it must be from 1000 to 100000000.")]
    [InlineData("RateLimit:Routes:0:Burst=1", "LoadBalancer:RateLimit:Routes:0:Path is ''; it must be a path without wildcards, as in /api/chat.")]
    [InlineData("RateLimit:Routes:0:Path=/api/*", "LoadBalancer:RateLimit:Routes:0:Path is '/api/*'; it must be a path without wildcards, as in /api/chat.")]
    [InlineData("RateLimit:Routes:0:Path=/a RateLimit:Routes:1:Path=/A/", "LoadBalancer:RateLimit:Routes:1:Path is '/A/'; it must be unique; RateLimit:Routes:0 has the same path.")]
    [InlineData("RateLimit:Routes:0:Path=/a RateLimit:Routes:0:Burst=-2", "LoadBalancer:RateLimit:Routes:0:Burst is '-2'; it must be from 0 to 1000000.")]
    [InlineData("ConnectionLimit:PerClient=-1", "LoadBalancer:ConnectionLimit:PerClient is '-1'; it must be from 0 to 1000000.")]
    [InlineData("Retry:Tries=many", "Failed to convert configuration value 'many' at 'LoadBalancer:Retry:Tries' to type 'System.Int32'.", true)]
    [InlineData("Timeouts:Connect=2s", "Failed to convert configuration value '2s' at 'LoadBalancer:Timeouts:Connect' to type 'System.TimeSpan'.", true)]
    [InlineData("AccessLog:Enabled=maybe", "Failed to convert configuration value 'maybe' at 'LoadBalancer:AccessLog:Enabled' to type 'System.Boolean'.", true)]
    public void A_bad_value_is_refused_with_a_message_that_says_how_to_mend_it(string settings, string message, bool isBeginning = false)
    {
        var failure = Assert.Single(FailuresOf(settings));

        Assert.Equal(message, isBeginning ? failure[..Math.Min(failure.Length, message.Length)] : failure);
    }

    [Fact]
    public void All_bad_values_are_named_at_once() =>
        Assert.Equal(3, FailuresOf("Retry:Tries=0 DesktopPort=-1 AccessLog:Format=xml").Count);

    [Fact]
    public void The_defaults_are_valid_and_those_of_the_contract()
    {
        Assert.Empty(FailuresOf(""));

        var options = LiveOptions.Bind(new ConfigurationBuilder().Build());
        Assert.Equal((100.0, 20), (options.RateLimit.RequestsPerSecond, options.RateLimit.Burst));
        Assert.Equal(0, options.ConnectionLimit.PerClient);
        Assert.Equal((10_485_760L, 32_768, 100, 8_192), (options.Limits.RequestBodyBytes, options.Limits.RequestHeadersBytes, options.Limits.RequestHeaderCount, options.Limits.RequestLineBytes));
        Assert.Equal([2, 60, 30, 30, 60], new[] { options.Timeouts.Connect, options.Timeouts.Response, options.Timeouts.RequestHeaders, options.Timeouts.RequestBody, options.Timeouts.ClientSend }.Select(limit => limit.TotalSeconds));
        Assert.Equal((true, "text"), (options.AccessLog.Enabled, options.AccessLog.Format));
    }

    [Theory]
    [InlineData("Algorithm=fastest", "LoadBalancer:Algorithm is 'fastest'")]
    [InlineData("RateLimit:Burst=-1", "LoadBalancer:RateLimit:Burst is '-1'")]
    [InlineData("Timeouts:Connect=2s", "'2s' at 'LoadBalancer:Timeouts:Connect'")]
    public async Task The_program_ends_with_1_and_one_line_on_standard_error(string setting, string message)
    {
        var (exitCode, error) = await RunAsync($"--LoadBalancer:{setting}");

        Assert.Equal(1, exitCode);
        Assert.Contains(message, Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_1_and_a_line_that_names_it()
    {
        using var holder = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        holder.Start();
        var port = ((System.Net.IPEndPoint)holder.LocalEndpoint).Port;

        var (exitCode, error) = await RunAsync($"--LoadBalancer:DesktopPort={port}");

        Assert.Equal(1, exitCode);
        Assert.Contains($":{port}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private static List<string> FailuresOf(string settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(setting => setting.Split('=', 2))
                .Select(setting => KeyValuePair.Create($"LoadBalancer:{setting[0]}", (string?)setting[1])))
            .Build();
        try
        {
            return [.. new LoadBalancerOptionsValidator().Validate(null, LiveOptions.Bind(configuration)).Failures ?? []];
        }
        catch (OptionsValidationException unreadable)
        {
            return [.. unreadable.Failures];
        }
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(string argument)
    {
        var program = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "OwlBoard.LoadBalancer.dll"),
                "--LoadBalancer:Address=127.0.0.1",
                "--LoadBalancer:DesktopPort=0",
                "--LoadBalancer:MobilePort=0",
                "--LoadBalancer:ManagementPort=0",
                argument,
            },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(program)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(3 * Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        await output;
        return (process.ExitCode, await error);
    }
}
