using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Users;

/// <summary>The user service: accounts and their dashboards.</summary>
internal static class UsersModule
{
    public static void Add(WebApplicationBuilder builder)
    {
        builder.AddStorage<UsersDb>("users");
        builder.Services.AddOptions<PasswordOptions>()
            .BindConfiguration(PasswordOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddOptions<LoginOptions>()
            .BindConfiguration(LoginOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<PasswordVault>();
        builder.Services.AddSingleton<PasswordQueue>();
        builder.Services.AddSingleton<LoginThrottle>();
    }

    public static void Map(WebApplication app)
    {
        var users = app.MapGroup("/users");
        AccountEndpoints.Map(users);
        UserEndpoints.Map(users);
        DashboardEndpoints.Map(users);
    }
}
