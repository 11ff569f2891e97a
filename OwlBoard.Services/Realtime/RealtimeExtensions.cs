using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using OwlBoard.Services.Realtime.Redis;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Realtime;

internal static class RealtimeExtensions
{
    public static void AddRealtime(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SocketOptions>()
            .BindConfiguration(SocketOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<SocketOptions>>((kestrel, sockets) =>
            kestrel.Limits.MaxConcurrentUpgradedConnections = sockets.Value.MaxConnections);
        builder.Services.AddOptions<WebSocketOptions>().Configure<IOptions<SocketOptions>>((webSockets, sockets) =>
        {
            webSockets.KeepAliveInterval = sockets.Value.PingEvery;
            webSockets.KeepAliveTimeout = sockets.Value.PingEvery;
        });
        builder.Services.AddSingleton<ServicesMetrics>();
        builder.Services.AddSingleton<InProcessFanOut>();
        if (builder.UsesRedis())
        {
            builder.AddRedis();
            builder.Services.AddSingleton<IFanOut, RedisFanOut>();
            builder.Services.AddSingleton(services => services.GetRequiredService<IStorageProvider>().CreateTopicOrder());
        }
        else
        {
            builder.Services.AddSingleton<IFanOut>(services => services.GetRequiredService<InProcessFanOut>());
            builder.Services.AddSingleton<ITopicOrder, InProcessTopicOrder>();
        }

        builder.Services.AddSingleton<SocketServer>();
    }

    public static void UseRealtime(this WebApplication app) => app.UseWebSockets();
}
