using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OwlBoard.Benchmarks.Machine;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>The service behind the gateways, hosted in this process. Its responses can be checked byte by byte.</summary>
internal sealed class SoakService : IAsyncDisposable
{
    /// <summary>The paths as a client of the load balancer requests them.</summary>
    public const string SmallPath = "/api/canvas/small";
    public const string LargePath = "/api/canvas/large";
    public const string SumPath = "/api/canvas/sum";
    public const string EchoPath = "/api/canvas/echo";

    /// <summary>The size of a large response.</summary>
    public const int LargeBytes = 1 << 20;

    /// <summary>The prefix that the gateway removes.</summary>
    private const string Prefix = "/api";

    private readonly WebApplication _app;

    private SoakService(WebApplication app, int port)
    {
        _app = app;
        Port = port;
    }

    public int Port { get; }

    public static async Task<SoakService> StartAsync(CancellationToken cancellationToken)
    {
        var port = FreePorts.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.UseWebSockets();
        app.MapGet(SmallPath[Prefix.Length..], (string n) => $"small {n}");
        app.MapGet(LargePath[Prefix.Length..], (long seed) => TypedResults.Bytes(SoakContent.Of(seed, LargeBytes)));
        app.MapPost(SumPath[Prefix.Length..], async context =>
            await context.Response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted))));
        app.Map(EchoPath[Prefix.Length..], EchoAsync);
        await app.StartAsync(cancellationToken);
        return new SoakService(app, port);
    }

    /// <summary>Returns the path and the body of a small response.</summary>
    public static (string Path, string Body) Small(long n) =>
        (string.Create(CultureInfo.InvariantCulture, $"{SmallPath}?n={n}"), string.Create(CultureInfo.InvariantCulture, $"small {n}"));

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
            {
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The gateway was killed; the client counts the failure.
        }
    }
}
