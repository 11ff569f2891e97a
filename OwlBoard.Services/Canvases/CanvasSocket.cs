using OwlBoard.Services.Http;
using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Canvases;

/// <summary>Relays strokes while they are drawn. Nothing is stored: clients save the canvas.</summary>
internal static class CanvasSocket
{
    public static void Map(IEndpointRouteBuilder canvas) => canvas.MapGet("/ws/{id}", ServeAsync);

    private static async Task ServeAsync(ResourceId id, HttpContext context, SocketServer sockets, IFanOut fanOut)
    {
        var topic = $"canvas:{id}";
        using var connection = sockets.CreateConnection(context);
        await sockets.ServeAsync(context, topic, connection, async (utf8, _) =>
        {
            if (!SocketMessage.TryParse(utf8, out var message, out var error))
            {
                connection.Refuse(error);
            }
            else if (message.Type is not ("stroke" or "clear" or "cursor"))
            {
                connection.Refuse("type must be stroke, clear or cursor");
            }
            else
            {
                await fanOut.PublishAsync(topic, message.Relay(), connection.Id);
            }
        });
    }
}
