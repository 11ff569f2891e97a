using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OwlBoard.Forwarding.Discovery;
using OwlBoard.Gateway.Configuration;
using OwlBoard.ServiceDefaults.Drain;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Discovery;

namespace OwlBoard.Tests.Gateway;

/// <summary>The gateway's own program on a free port, in front of the test's services.</summary>
internal sealed class TestGateway : WebApplicationFactory<GatewayOptions>
{
    private readonly Dictionary<string, string> _settings;
    private readonly TimeProvider _time;
    private readonly IHostAddresses _hosts;

    private TestGateway(Dictionary<string, string> settings, TimeProvider time, IHostAddresses hosts)
    {
        _settings = settings;
        _time = time;
        _hosts = hosts;
        // Not UseKestrel(0): it changes the addresses while the program may be binding them (dotnet/aspnetcore#67714).
        UseKestrel();
        StartServer();
        // Without a propagator: the test sets the trace headers.
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = ClientOptions.BaseAddress,
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    public HttpClient Client { get; }

    public RecordedLogs Logs { get; } = new();

    public DrainState Drain => Services.GetRequiredService<DrainState>();

    /// <param name="service">The service behind all four routes.</param>
    /// <param name="time">The gateway's clock.</param>
    /// <param name="hosts">The gateway's name server. Default: one without records, so that no test waits for the machine's.</param>
    /// <param name="settings">Additional settings, as <c>Gateway:Name</c>.</param>
    public static TestGateway Start(
        FakeService? service = null,
        TimeProvider? time = null,
        IHostAddresses? hosts = null,
        params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string> { ["Drain:Timeout"] = "00:00:05" };
        foreach (var name in (string[])["users", "canvas", "comments", "chat"])
        {
            if (service is not null)
            {
                all[$"Gateway:Services:{name}"] = service.Address;
            }
        }

        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return new(all, time ?? TimeProvider.System, hosts ?? new FakeHostAddresses());
    }

    /// <summary>Sends a request with exactly these headers.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Uri WebSocketUri(string path) => new UriBuilder(new Uri(Client.BaseAddress!, path)) { Scheme = "ws" }.Uri;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Logs));
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton(_time);
            services.AddSingleton(_hosts);
        });
    }

    public override ValueTask DisposeAsync()
    {
        // Dispose the client first: the server waits for its clients to close, on a clock that the test may have stopped.
        Client.Dispose();
        return base.DisposeAsync();
    }
}
