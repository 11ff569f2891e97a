using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Tests.Gateway;

/// <summary>A service on a real socket that records its requests and responds as the test specifies.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeService(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public ConcurrentQueue<ServiceRequest> Requests { get; } = new();

    public ConcurrentQueue<WebSocketCloseStatus?> ClosedWebSockets { get; } = new();

    /// <summary>Gets or sets the response to all requests but WebSockets. Default: 200 with the path and query.</summary>
    public RequestDelegate Answer { get; set; } = context =>
        context.Response.WriteAsync($"{context.Request.Path}{context.Request.QueryString}");

    /// <param name="port">The port; 0 for any free port.</param>
    /// <param name="certificate">The server certificate; <see langword="null"/> for plain HTTP.</param>
    public static async Task<FakeService> StartAsync(int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Limits.MaxRequestBodySize = null;
            if (certificate is not null)
            {
                server.ConfigureEndpointDefaults(listener => listener.UseHttps(new TlsHandshakeCallbackOptions
                {
                    // Unlike a static certificate, this one is not validated by Kestrel, so it may be invalid.
                    OnConnection = _ => new(new SslServerAuthenticationOptions { ServerCertificate = certificate }),
                }));
            }
        });
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var service = new FakeService(app);
        app.UseWebSockets();
        app.Run(service.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        Requests.Enqueue(new(
            context.Request.Method,
            $"{context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (context.WebSockets.IsWebSocketRequest)
        {
            await EchoAsync(context);
        }
        else
        {
            await Answer(context);
        }
    }

    private async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100_000];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                ClosedWebSockets.Enqueue(socket.CloseStatus);
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, null, context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }
}
