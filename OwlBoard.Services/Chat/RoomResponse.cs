namespace OwlBoard.Services.Chat;

internal sealed record RoomResponse(
    string Id,
    string DashboardId,
    string Name,
    string Description,
    DateTime CreatedAt,
    string CreatedBy,
    bool IsActive,
    IReadOnlyList<RoomUser> ConnectedUsers);
