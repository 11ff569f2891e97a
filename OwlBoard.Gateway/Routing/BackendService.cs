using OwlBoard.ServiceDefaults;

namespace OwlBoard.Gateway.Routing;

/// <summary>A service that the gateway routes to.</summary>
/// <param name="Name">Its part of the path, <c>/api/{Name}</c>, and of the configuration keys.</param>
/// <param name="Resource">What it is called in the system and in answers about it.</param>
/// <param name="Address">Its setting.</param>
/// <param name="OwnRoutes">
/// The first segments of its paths that are routes of their own. A route that fails is refused by itself: a slow login does not
/// close the list of users.
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
