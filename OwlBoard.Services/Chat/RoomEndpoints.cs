using Microsoft.AspNetCore.Http.HttpResults;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Chat;

/// <summary>The endpoints of rooms and their users.</summary>
internal static class RoomEndpoints
{
    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("/rooms/{dashboardId}", GetAsync);
        chat.MapGet("/users/{dashboardId}", ListUsersAsync);
    }

    private static async Task<Results<Ok<RoomResponse>, NotFound<ErrorBody>>> GetAsync(
        ResourceId dashboardId, ChatHistory history, IRoomPresence presence, CancellationToken cancellationToken) =>
        await history.FindRoomAsync(dashboardId.Value, cancellationToken) is { } room
            ? TypedResults.Ok(new RoomResponse(
                room.Id,
                room.DashboardId,
                room.Name,
                room.Description,
                room.CreatedAt,
                room.CreatedBy,
                room.IsActive,
                await presence.ListAsync(room.DashboardId)))
            : Errors.NotFound($"There is no room for dashboard {dashboardId} yet");

    private static async Task<Ok<IReadOnlyList<RoomUser>>> ListUsersAsync(ResourceId dashboardId, IRoomPresence presence) =>
        TypedResults.Ok(await presence.ListAsync(dashboardId.Value));
}
