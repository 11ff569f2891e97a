using OwlBoard.ServiceDefaults;

namespace OwlBoard.Gateway.Configuration;

/// <summary>A service that the gateway routes to.</summary>
/// <param name="Name">The segment of its path, <c>/api/{Name}</c>, and of the configuration keys.</param>
/// <param name="Resource">The resource's name, also used in error responses.</param>
/// <param name="Address">Returns the configured address.</param>
/// <param name="OwnRoutes">
/// The first path segments that get a route of their own, and with it a breaker of their own: a slow login does not open
/// the breaker of the user list.
/// </param>
internal sealed record BackendService(
    string Name, string Resource, Func<ServiceAddresses, string> Address, params IReadOnlyList<string> OwnRoutes)
{
    public static IReadOnlyList<BackendService> All { get; } =
    [
        new("users", ResourceNames.UserService, addresses => addresses.Users, "login", "register"),
        new("canvas", ResourceNames.CanvasService, addresses => addresses.Canvas, "save", "checksum", "svg", "ws"),
        new("comments", ResourceNames.CommentsService, addresses => addresses.Comments, "dashboards", "ws"),
        new("chat", ResourceNames.ChatService, addresses => addresses.Chat, "messages", "rooms", "users", "ws"),
    ];
}
