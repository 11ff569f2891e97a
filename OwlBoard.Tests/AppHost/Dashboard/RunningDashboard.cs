using System.Globalization;
using System.Net;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using OwlBoard.AppHost.Embedded.Dashboard.Access;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost.Dashboard;

/// <summary>The dashboard of a model with one gateway, which runs and reports to it.</summary>
public sealed class RunningDashboard : IAsyncLifetime
{
    public const string Gateway = "api-gateway-1";

    private readonly List<HttpClient> _clients = [];
    private RunningModel _model = null!;
    private string _link = null!;

    public Uri Address { get; private set; } = null!;

    /// <summary>Where the gateway answers.</summary>
    public Uri GatewayAddress { get; private set; } = null!;

    /// <summary>The key that programs report with.</summary>
    public string OtlpKey { get; private set; } = null!;

    /// <summary>What comes after the address in the link that is printed.</summary>
    public string Login => new Uri(_link).PathAndQuery;

    internal ResourceSnapshot State => _model.Console.Latest(Gateway)!;

    public async ValueTask InitializeAsync()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var (port, gatewayPort) = (FreePort.Next(), FreePort.Next());
        builder.Configuration["ports:dashboard"] = port.ToString(CultureInfo.InvariantCulture);
        var gateway = builder.AddProject<Projects.OwlBoard_Gateway>(Gateway)
            .WithHttpEndpoint(port: gatewayPort, isProxied: false)
            .WithHttpHealthCheck("/health");
        _model = new RunningModel(builder);
        Address = new($"http://localhost:{port}");
        GatewayAddress = new($"http://localhost:{gatewayPort}");
        await _model.IsReadyAsync(Gateway);
        _link = _model.Console.Lines.First(line => line.StartsWith("Dashboard: ", StringComparison.Ordinal))["Dashboard: ".Length..];
        var command = await ResourceCommand.ResolveAsync(gateway.Resource, builder.ExecutionContext, CancellationToken.None);
        OtlpKey = command.Environment["OTEL_EXPORTER_OTLP_HEADERS"][$"{AccessMiddleware.OtlpKeyHeader}=".Length..];
    }

    /// <summary>Somebody who knows nothing.</summary>
    public HttpClient Stranger() => Client(new CookieContainer());

    /// <summary>Somebody who came by the link.</summary>
    public async Task<HttpClient> VisitorAsync()
    {
        var client = Client(new CookieContainer());
        using var login = await client.GetAsync(Login, TestContext.Current.CancellationToken);
        login.EnsureSuccessStatusCode();
        return client;
    }

    /// <summary>Commands a resource; the answer is the page's.</summary>
    public static async Task<HttpStatusCode> CommandAsync(HttpClient client, string command, string? origin, string resource = Gateway)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/resources/{resource}/{command}");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public Task<HttpResponseMessage> ReportAsync(string signal, HttpContent body, string? key = null)
    {
        body.Headers.ContentType = new("application/x-protobuf");
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/{signal}") { Content = body };
        request.Headers.Add(AccessMiddleware.OtlpKeyHeader, key ?? OtlpKey);
        // What is refused by its head is not sent: a connection that is closed meanwhile would hide the answer.
        request.Headers.ExpectContinue = true;
        return Stranger().SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonElement> ReadAsync(HttpClient client, string path)
    {
        await using var stream = await client.GetStreamAsync(path, TestContext.Current.CancellationToken);
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await _model.DisposeAsync();
    }

    private HttpClient Client(CookieContainer cookies)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = cookies, AllowAutoRedirect = false })
        {
            BaseAddress = Address,
        };
        lock (_clients)
        {
            _clients.Add(client);
        }

        return client;
    }
}
