using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.Services.Hosting;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Certificates;

/// <summary>The user service, built by its own program, over mutual TLS on a free port.</summary>
internal sealed class MutualTlsService : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("owlboard-");
    private readonly WebApplication _app;

    private MutualTlsService(IssuedFolder issued, string scheme, Action<WebApplicationBuilder>? customize)
    {
        _app = ServiceApplication.Build(
            BoardService.Find("user")!,
            [
                $"--urls={scheme}://127.0.0.1:0", $"--Storage:Directory={_data.FullName}",
                .. issued.Settings(ResourceNames.UserService).Select(setting => $"--{setting.Key}={setting.Value}"),
            ],
            builder =>
            {
                builder.Logging.ClearProviders().AddProvider(Logs);
                customize?.Invoke(builder);
            });
    }

    public RecordedLogs Logs { get; } = new();

    public int Port => new Uri(_app.Urls.First()).Port;

    public Uri Address => new($"https://localhost:{Port}");

    public MutualTlsCertificates Certificates => _app.Services.GetRequiredService<MutualTlsCertificates>();

    public static async Task<MutualTlsService> StartAsync(
        IssuedFolder issued, string scheme = "https", Action<WebApplicationBuilder>? customize = null)
    {
        var service = new MutualTlsService(issued, scheme, customize);
        await service._app.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>Creates a client with the certificate, or with none, that trusts any server.</summary>
    public HttpClient Client(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, server, _, _) => server is not null },
        };
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        }

        return new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
