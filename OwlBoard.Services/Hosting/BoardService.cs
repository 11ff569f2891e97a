using OwlBoard.ServiceDefaults;
using OwlBoard.Services.Canvases;
using OwlBoard.Services.Chat;
using OwlBoard.Services.Comments;
using OwlBoard.Services.Users;

namespace OwlBoard.Services.Hosting;

/// <summary>One of the services that this program can be, and what sets it apart from the others.</summary>
/// <param name="Argument">The program's first argument that selects it.</param>
/// <param name="HealthName">Its name in the answer of <c>/health</c>.</param>
/// <param name="MaxBodyBytes">The largest request body that it takes; a larger one gets 413.</param>
/// <param name="TakesGatewaysOnly">Whether it is reached over mutual TLS, by gateways alone.</param>
/// <param name="Add">Adds what it needs.</param>
/// <param name="Map">Maps its endpoints.</param>
internal sealed record BoardService(
    string Argument,
    string HealthName,
    long MaxBodyBytes,
    bool TakesGatewaysOnly,
    Action<WebApplicationBuilder> Add,
    Action<WebApplication> Map)
{
    private const long SmallBody = 64 * 1024;

    private static readonly BoardService[] All =
    [
        new("user", "user_service", SmallBody, TakesGatewaysOnly: true, UsersModule.Add, UsersModule.Map),
        new("canvas", "canvas_service", RequestLimits.BodyBytes, TakesGatewaysOnly: false, CanvasesModule.Add, CanvasesModule.Map),
        new("comments", "comments_service", SmallBody, TakesGatewaysOnly: false, CommentsModule.Add, CommentsModule.Map),
        new("chat", "chat_service", SmallBody, TakesGatewaysOnly: true, ChatModule.Add, ChatModule.Map),
    ];

    public static string Arguments => string.Join(", ", All.Select(service => service.Argument));

    public static BoardService? Find(string? argument) =>
        Array.Find(All, service => service.Argument == argument);
}
