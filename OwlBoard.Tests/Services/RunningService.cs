using Microsoft.AspNetCore.Builder;
using OwlBoard.Services.Hosting;
using Xunit.Sdk;

namespace OwlBoard.Tests.Services;

/// <summary>One service on a free port and with a new database, in this process.</summary>
public abstract class RunningService(string argument, IServiceStore store, params string[] settings) : IAsyncLifetime
{
    private WebApplication? _app;
    private SkipException? _missing;

    protected RunningService(string argument, params string[] settings)
        : this(argument, new SqliteStore(), settings)
    {
    }

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    /// <summary>What the service was configured with.</summary>
    public string? Setting(string key) => _app!.Configuration[key];

    public Uri SocketAddress(string path) =>
        new UriBuilder(new Uri(Http.BaseAddress!, path)) { Scheme = "ws" }.Uri;

    public Task<SocketClient> ConnectAsync(string path) => SocketClient.ConnectAsync(SocketAddress(path));

    /// <summary>This service, unless what it needs is missing: then the test is skipped.</summary>
    public RunningService OrSkip() => _missing is null ? this : throw _missing;

    public async ValueTask InitializeAsync()
    {
        string[] where;
        try
        {
            where = await store.CreateAsync();
        }
        catch (SkipException missing)
        {
            // Thrown from here it would fail the tests of a class whose fixture this is.
            _missing = missing;
            return;
        }

        _app = ServiceApplication.Build(
            BoardService.Find(argument)!,
            ["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning", "--Users:Passwords:Iterations=100000",
                "--MutualTls:Enabled=false",
                .. where, .. settings]);
        await _app.StartAsync();
        Http = new() { BaseAddress = new(_app.Urls.First()) };
    }

    /// <summary>Stops the service as a signal would, after the drain period.</summary>
    public Task StopAsync() => _app!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_app is not null)
        {
            Http?.Dispose();
            await _app.DisposeAsync();
        }

        await store.DisposeAsync();
    }
}
