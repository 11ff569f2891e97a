using OwlBoard.ServiceDefaults;
using OwlBoard.Services.Canvases;
using OwlBoard.Services.Chat;
using OwlBoard.Services.Comments;
using OwlBoard.Services.Users;

namespace OwlBoard.Services.Hosting;

/// <summary>One of the services that this program can run as, with what distinguishes it from the others.</summary>
/// <param name="Argument">The first argument of the program, which selects the service.</param>
/// <param name="HealthName">The name in the response of <c>/health</c>.</param>
/// <param name="MaxBodyBytes">The maximum size of a request body; a larger one gets 413.</param>
/// <param name="RequiresMutualTls">A value that indicates whether only gateways may connect, over mutual TLS.</param>
/// <param name="Add">Adds the service's dependencies.</param>
/// <param name="Map">Maps its endpoints.</param>
internal sealed record BoardService(
    string Argument,
    string HealthName,
    long MaxBodyBytes,
    bool RequiresMutualTls,
    Action<WebApplicationBuilder> Add,
    Action<WebApplication> Map)
{
    private const long SmallBody = 64 * 1024;

    private static readonly BoardService[] All =
    [
        new("user", "user_service", SmallBody, RequiresMutualTls: true, UsersModule.Add, UsersModule.Map),
        new("canvas", "canvas_service", RequestLimits.BodyBytes, RequiresMutualTls: false, CanvasesModule.Add, CanvasesModule.Map),
        new("comments", "comments_service", SmallBody, RequiresMutualTls: false, CommentsModule.Add, CommentsModule.Map),
        new("chat", "chat_service", SmallBody, RequiresMutualTls: true, ChatModule.Add, ChatModule.Map),
    ];

    public static string Arguments => string.Join(", ", All.Select(service => service.Argument));

    public static BoardService? Find(string? argument) =>
        Array.Find(All, service => service.Argument == argument);
}
