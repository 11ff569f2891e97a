using System.Diagnostics;
using System.Globalization;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

/// <summary>A service's program in its own process.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;

    private ServiceProcess(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "OwlBoard.Services.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Runs without the certificates that the AppHost issues.
        start.Environment["MutualTls__Enabled"] = "false";
        _process = Process.Start(start)!;
        // Drain the output: the process blocks on a full pipe.
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public required Uri Address { get; init; }

    public static async Task<ServiceProcess> StartAsync(string service, string directory, params string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next().ToString(CultureInfo.InvariantCulture)}");
        var process = new ServiceProcess(
            [service, $"--urls={address}", $"--Storage:Directory={directory}", "--Drain:Period=00:00:00", .. settings])
        {
            Address = address,
        };
        using var http = new HttpClient { BaseAddress = address };
        await Eventually.IsTrueAsync($"{service} is healthy", async () =>
        {
            Assert.False(process._process.HasExited, "The service exited before it was healthy.");
            try
            {
                using var answer = await http.GetAsync("/health", TestContext.Current.CancellationToken);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return process;
    }

    /// <summary>Runs the program until it exits, which must be soon.</summary>
    /// <returns>The exit code and the standard error.</returns>
    public static async Task<(int ExitCode, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = new ServiceProcess(arguments) { Address = new("http://127.0.0.1") };
        var errors = await process._process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        return (await process.WaitForExitAsync(), errors);
    }

    /// <summary>Kills the process with <c>SIGKILL</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Stops the process with <c>SIGTERM</c>, as an orchestrator stops a container.</summary>
    public void Terminate() => ProcessSignals.Send(_process.Id, "TERM");

    public async Task<int> WaitForExitAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
