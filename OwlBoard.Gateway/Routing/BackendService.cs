using OwlBoard.ServiceDefaults;

namespace OwlBoard.Gateway.Routing;

/// <summary>A service that the gateway routes to.</summary>
/// <param name="Name">Its part of the path, <c>/api/{Name}</c>, and of the configuration keys.</param>
/// <param name="Resource">What it is called in the system and in answers about it.</param>
/// <param name="Address">Its setting.</param>
internal sealed record BackendService(string Name, string Resource, Func<ServiceAddresses, string> Address)
{
    public static IReadOnlyList<BackendService> All { get; } =
    [
        new("users", ResourceNames.UserService, addresses => addresses.Users),
        new("canvas", ResourceNames.CanvasService, addresses => addresses.Canvas),
        new("comments", ResourceNames.CommentsService, addresses => addresses.Comments),
        new("chat", ResourceNames.ChatService, addresses => addresses.Chat),
    ];
}
