using Microsoft.AspNetCore.Builder;
using OwlBoard.Services.Hosting;

namespace OwlBoard.Tests.Services;

/// <summary>One service on a free port and with a new database, in this process.</summary>
public abstract class RunningService(string argument, params string[] settings) : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private WebApplication _app = null!;

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public Uri SocketAddress(string path) =>
        new UriBuilder(new Uri(Http.BaseAddress!, path)) { Scheme = "ws" }.Uri;

    public Task<SocketClient> ConnectAsync(string path) => SocketClient.ConnectAsync(SocketAddress(path));

    public async ValueTask InitializeAsync()
    {
        _app = ServiceApplication.Build(
            BoardService.Find(argument)!,
            ["--urls=http://127.0.0.1:0", $"--Storage:Directory={_data.Path}", "--Logging:LogLevel:Default=Warning",
                "--Users:Passwords:Iterations=100000", .. settings]);
        await _app.StartAsync();
        Http = new() { BaseAddress = new(_app.Urls.First()) };
    }

    /// <summary>Stops the service as a signal would, after the drain period.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await _app.DisposeAsync();
        _data.Dispose();
    }
}
