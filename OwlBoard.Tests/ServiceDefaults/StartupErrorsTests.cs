using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.ServiceDefaults.Startup;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.ServiceDefaults;

[Trait("Category", "Integration")]
public sealed class StartupErrorsTests
{
    [Fact]
    public async Task Program_that_ends_well_exits_with_0() =>
        Assert.Equal(0, (await RunAsync("urls=http://127.0.0.1:0")).ExitCode);

    [Fact]
    public async Task Bad_setting_exits_with_1_and_a_line_that_names_key_value_and_what_is_allowed()
    {
        var (exitCode, error) = await RunAsync("Sample:Period=00:00:09");

        Assert.Equal(1, exitCode);
        Assert.Equal("Sample:Period is '00:00:09'; it must be between 00:00:01 and 00:00:05.", error);
    }

    [Fact]
    public async Task Setting_of_the_wrong_type_exits_with_1_and_a_line_that_names_key_and_value()
    {
        var (exitCode, error) = await RunAsync("Sample:Period=soon");

        Assert.Equal(1, exitCode);
        Assert.Contains("'soon'", error, StringComparison.Ordinal);
        Assert.Contains("Sample:Period", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public async Task Port_that_is_taken_exits_with_1_and_a_line_that_names_it()
    {
        var port = FreePort.Next();
        using var holder = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        holder.Start();

        var (exitCode, error) = await RunAsync($"urls=http://127.0.0.1:{port}");

        Assert.Equal(1, exitCode);
        Assert.Contains($"127.0.0.1:{port}", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public async Task Fault_of_the_program_keeps_its_stack_trace() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            StartupErrors.RunAsync(() => throw new InvalidOperationException("a defect")));

    private static async Task<(int ExitCode, string Error)> RunAsync(string argument)
    {
        using var error = StandardError.Capture();
        var exitCode = await StartupErrors.RunAsync(() =>
        {
            var builder = WebApplication.CreateSlimBuilder([$"--{argument}"]);
            builder.Services.AddOptions<SampleOptions>().BindConfiguration("Sample").ValidateDataAnnotations().ValidateOnStart();
            var app = builder.Build();
            app.Lifetime.ApplicationStarted.Register(app.Lifetime.StopApplication);
            return app;
        });
        return (exitCode, error.Text);
    }

    private sealed class SampleOptions
    {
        [AllowedDuration("Sample:Period", "00:00:01", "00:00:05")]
        public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(2);
    }
}
