using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Chat;

/// <summary>The HTTP endpoints of messages.</summary>
internal static class MessageEndpoints
{
    /// <summary>The total number of messages in the room, by which clients find the last page: the oldest come first.</summary>
    private const string TotalCount = "X-Total-Count";

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("/messages/{dashboardId}", ReadAsync);
        chat.MapPost("/messages/{dashboardId}", PostAsync);
    }

    private static async Task<Ok<List<MessageResponse>>> ReadAsync(
        ResourceId dashboardId, Page page, HttpResponse response, ChatHistory history, CancellationToken cancellationToken)
    {
        var (messages, total) = await history.ReadAsync(dashboardId.Value, page, cancellationToken);
        response.Headers[TotalCount] = $"{total}";
        return TypedResults.Ok(messages);
    }

    private static async Task<Results<Ok<MessageResponse>, UnprocessableEntity<ErrorBody>>> PostAsync(
        ResourceId dashboardId,
        [FromQuery(Name = "user_id")] ResourceId userId,
        Username username,
        string content,
        ChatHistory history,
        ChatRooms rooms,
        CancellationToken cancellationToken)
    {
        if (!Draft.TryCreate(content, out var draft, out var error))
        {
            return Errors.Unprocessable(error);
        }

        await history.EnsureRoomAsync(dashboardId.Value, userId.Value, cancellationToken);
        var author = new RoomUser(userId.Value, username.Value);
        return TypedResults.Ok(await rooms.PostAsync(dashboardId.Value, author, draft, cancellationToken));
    }
}
