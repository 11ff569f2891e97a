using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.Frontend;
using OwlBoard.ServiceDefaults.Drain;

namespace OwlBoard.Tests.Frontend;

/// <summary>A frontend's application on a free port.</summary>
internal sealed class TestFrontend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestFrontend(WebApplication app)
    {
        _app = app;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(app.Urls.First()),
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    public HttpClient Client { get; }

    public DrainState Drain => _app.Services.GetRequiredService<DrainState>();

    public static async Task<TestFrontend> StartAsync(FrontendVariant variant, params string[] settings)
    {
        var app = FrontendApplication.Build(variant,
            ["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", .. settings.Select(setting => $"--{setting}")]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public Uri WebSocketUri(string path) => new UriBuilder(new Uri(Client.BaseAddress!, path)) { Scheme = "ws" }.Uri;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
