namespace OwlBoard.Services.Realtime.Redis;

internal static class RedisExtensions
{
    /// <summary>Returns a value that indicates whether the service shares Redis with other replicas.</summary>
    public static bool UsesRedis(this WebApplicationBuilder builder) =>
        builder.Configuration[$"{RedisOptions.Section}:{nameof(RedisOptions.ConnectionString)}"] is { Length: > 0 };

    public static void AddRedis(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RedisOptions>()
            .BindConfiguration(RedisOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<RedisConnection>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RedisConnection>());
    }
}
