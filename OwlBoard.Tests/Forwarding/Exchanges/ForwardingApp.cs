using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Forwarding.WebSockets;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>A reverse proxy with one upstream and nothing but the forwarder.</summary>
internal sealed class ForwardingApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ForwardingApp(string upstream, string forwarder, UpstreamConnectionOptions connections, TimeSpan? activityTimeout, X509Certificate2? certificate, TimeSpan? webSocketTimeout)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.UseOpaqueFields();
            kestrel.AcceptTargetsOfAllForms();
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
            if (certificate is not null)
            {
                kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate));
            }
        });
        builder.WebHost.UseShutdownTimeout(TimeSpan.Zero);
        builder.Services.AddLogging();
        builder.Services.AddRouting();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSocketLoops();
        builder.Services.Configure<WebSocketRelayOptions>(options => options.IdleTimeout = webSocketTimeout ?? options.IdleTimeout);
        builder.Services.AddReverseProxy()
            .LoadFromMemory(
                [new RouteConfig { RouteId = "all", ClusterId = "upstream", Match = new() { Path = "{**path}" } }],
                [
                    new ClusterConfig
                    {
                        ClusterId = "upstream",
                        Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = upstream } },
                        HttpRequest = new() { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact, ActivityTimeout = activityTimeout },
                    },
                ])
            .AddSocketForwarder();
        builder.Services.Replace(ServiceDescriptor.Singleton<IForwarderHttpClientFactory>(services => new ClientFactory(
            forwarder, connections, services.GetRequiredService<SocketLoops>(), services.GetRequiredService<ForwardingMetrics>(), services.GetRequiredService<ILogger<ForwarderHttpClientFactory>>())));
        _app = builder.Build();
        _app.UseRequestTarget(static (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        });
        _app.Use(next => context =>
        {
            Paths.Enqueue(context.Request.Path.Value);
            return next(context);
        });
        _app.UseRequestFields(static (context, status, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
        _app.UseRouting();
        _app.Use(async (context, next) =>
        {
            await next(context);
            Outcomes.Enqueue(context.Features.Get<IForwarderErrorFeature>()?.Error ?? ForwarderError.None);
        });
        _app.MapReverseProxy();
    }

    /// <summary>The address for HTTP/1.1.</summary>
    public Uri Address => new(_app.Urls.ElementAt(0));

    /// <summary>The address for HTTP/2 without TLS.</summary>
    public Uri Http2Address => new(_app.Urls.ElementAt(1));

    /// <summary>The address for HTTP/2 or HTTP/1.1 over TLS, if there is a certificate.</summary>
    public Uri TlsAddress => new(_app.Urls.ElementAt(2));

    /// <summary>The path, as routes see it, of each request whose target was not refused.</summary>
    public ConcurrentQueue<string?> Paths { get; } = new();

    /// <summary>The outcome of each request.</summary>
    public ConcurrentQueue<ForwarderError> Outcomes { get; } = new();

    public static Task<ForwardingApp> StartAsync(
        RawUpstream upstream,
        string forwarder = Forwarders.Sockets,
        UpstreamConnectionOptions? connections = null,
        TimeSpan? activityTimeout = null,
        X509Certificate2? certificate = null,
        TimeSpan? webSocketTimeout = null) =>
        StartAsync(upstream.Address, connections ?? new() { ConnectTimeout = TimeSpan.FromSeconds(20) }, forwarder, activityTimeout, certificate, webSocketTimeout);

    public static async Task<ForwardingApp> StartAsync(
        string upstream,
        UpstreamConnectionOptions connections,
        string forwarder = Forwarders.Sockets,
        TimeSpan? activityTimeout = null,
        X509Certificate2? certificate = null,
        TimeSpan? webSocketTimeout = null)
    {
        var app = new ForwardingApp(upstream, forwarder, connections, activityTimeout, certificate, webSocketTimeout);
        await app._app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed class ClientFactory(
        string forwarder, UpstreamConnectionOptions connections, SocketLoops loops, ForwardingMetrics metrics, ILogger<ForwarderHttpClientFactory> logger)
        : ForwarderHttpClientFactory(logger), IForwarderHttpClientFactory
    {
        HttpMessageInvoker IForwarderHttpClientFactory.CreateClient(ForwarderHttpClientContext context)
        {
            var client = CreateClient(context);
            return forwarder == Forwarders.Yarp ? client : new UpstreamClient(client, loops, connections, metrics, TimeProvider.System);
        }

        protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
        {
            base.ConfigureHandler(context, handler);
            handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        }
    }
}
