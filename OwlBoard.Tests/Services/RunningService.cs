using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using OwlBoard.Services.Hosting;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

/// <summary>A service on a free port with a new database, in this process. Skips the test if the machine lacks the store.</summary>
public abstract class RunningService(string argument, IServiceStore store, params string[] settings) : IAsyncLifetime
{
    private readonly Optional<WebApplication> _app = new();
    private WebApplication? _built;
    private HttpClient? _http;

    protected RunningService(string argument, params string[] settings)
        : this(argument, new SqliteStore(), settings)
    {
    }

    public HttpClient Http =>
        LazyInitializer.EnsureInitialized(ref _http, () => new() { BaseAddress = new(_app.Value.Urls.First()) });

    public IServiceProvider Services => _app.Value.Services;

    /// <summary>The log of the service.</summary>
    internal CapturedLog Log { get; } = new();

    /// <summary>Returns a value of the service's configuration.</summary>
    public string? Setting(string key) => _app.Value.Configuration[key];

    public Uri SocketAddress(string path) =>
        new UriBuilder(new Uri(Http.BaseAddress!, path)) { Scheme = "ws" }.Uri;

    public Task<SocketClient> ConnectAsync(string path, string? from = null) => SocketClient.ConnectAsync(SocketAddress(path), from);

    public async ValueTask InitializeAsync() => await _app.CreateAsync(StartAsync);

    /// <summary>Stops the service as a signal would, after the drain period.</summary>
    public Task StopAsync() => _app.Value.StopAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _http?.Dispose();
        if (_built is not null)
        {
            await _built.DisposeAsync();
        }

        await store.DisposeAsync();
    }

    private async Task<WebApplication> StartAsync()
    {
        var where = await store.CreateAsync();
        _built = ServiceApplication.Build(
            BoardService.Find(argument)!,
            ["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning",
                "--Logging:LogLevel:OwlBoard.Services=Information", "--Users:Passwords:Iterations=100000",
                "--MutualTls:Enabled=false",
                .. where, .. settings],
            builder => builder.Logging.AddProvider(Log));
        await _built.StartAsync();
        return _built;
    }
}
