using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>An upstream on a real socket that responds as the test specifies, and records its requests.</summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    private readonly int _port = FreePort.Next();
    private WebApplication? _app;
    private int _accepted;
    private int _open;

    private FakeGateway(string name) => Name = name;

    public string Name { get; }

    public string Address => $"http://127.0.0.1:{_port}";

    /// <summary>The received requests, without probes.</summary>
    public ConcurrentQueue<ReceivedRequest> Received { get; } = new();

    /// <summary>Gets the total number of accepted connections.</summary>
    public int AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>Gets the number of open connections.</summary>
    public int OpenConnections => Volatile.Read(ref _open);

    /// <summary>Gets or sets the response to requests. Default: 200 with the gateway's name.</summary>
    public RequestDelegate Answer { get; set; } = context => Task.CompletedTask;

    /// <summary>Gets or sets the response to probes. Default: 200.</summary>
    public RequestDelegate AnswerProbe { get; set; } = _ => Task.CompletedTask;

    /// <summary>Aborts the connection instead of responding.</summary>
    public static Task Reset(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    public static async Task<FakeGateway> StartAsync(string name)
    {
        var gateway = new FakeGateway(name);
        gateway.Answer = context => context.Response.WriteAsync(gateway.Name);
        await gateway.StartAsync();
        return gateway;
    }

    public static async Task<FakeGateway[]> StartManyAsync(int count) =>
        await Task.WhenAll(Enumerable.Range(1, count).Select(i => StartAsync($"gw-{i}")));

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(_port, endpoint => endpoint.Use(CountConnection));
            kestrel.Limits.MaxRequestBodySize = null;
            // Leaves room for the fields that the load balancer adds to the largest accepted request.
            kestrel.Limits.MaxRequestHeaderCount = 200;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.AddServerHeader = true;
            kestrel.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.UTF8;
        });
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(HandleAsync);
        await _app.StartAsync();
    }

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            await app.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private ConnectionDelegate CountConnection(ConnectionDelegate next) => async connection =>
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _open);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };

    private Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path == "/health")
        {
            return AnswerProbe(context);
        }

        Received.Enqueue(ReceivedRequest.Of(context.Request));
        return Answer(context);
    }
}
