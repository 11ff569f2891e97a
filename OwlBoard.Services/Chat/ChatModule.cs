using OwlBoard.Services.Realtime.Redis;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Chat;

/// <summary>The chat service.</summary>
internal static class ChatModule
{
    public static void Add(WebApplicationBuilder builder)
    {
        builder.AddStorage<ChatDb>("chat");
        builder.Services.AddOptions<ChatOptions>()
            .BindConfiguration(ChatOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<InProcessPresence>();
        if (builder.UsesRedis())
        {
            builder.Services.AddSingleton<RedisPresence>();
            builder.Services.AddSingleton<IRoomPresence>(services => services.GetRequiredService<RedisPresence>());
            builder.Services.AddHostedService<PresenceHeartbeat>();
        }
        else
        {
            builder.Services.AddSingleton<IRoomPresence>(services => services.GetRequiredService<InProcessPresence>());
        }

        builder.Services.AddSingleton<ChatHistory>();
        builder.Services.AddSingleton<ChatRooms>();
    }

    public static void Map(WebApplication app)
    {
        var chat = app.MapGroup("/chat");
        MessageEndpoints.Map(chat);
        RoomEndpoints.Map(chat);
        ChatSocket.Map(chat);
    }
}
