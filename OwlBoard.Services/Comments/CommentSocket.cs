using OwlBoard.Services.Http;
using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Comments;

/// <summary>The WebSocket endpoint of a dashboard's comment events. Clients receive only: they comment over HTTP.</summary>
internal static class CommentSocket
{
    public static void Map(IEndpointRouteBuilder comments) =>
        comments.MapGet("/ws/dashboards/{dashboardId}/comments", ServeAsync);

    private static async Task ServeAsync(ResourceId dashboardId, HttpContext context, SocketServer sockets)
    {
        using var connection = sockets.CreateConnection(context);
        await sockets.ServeAsync(context, CommentEvents.Topic(dashboardId.Value), connection, (_, _) =>
        {
            connection.Refuse("This connection does not accept messages; create and change comments over HTTP");
            return Task.CompletedTask;
        });
    }
}
