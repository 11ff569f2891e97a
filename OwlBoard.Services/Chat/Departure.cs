using OwlBoard.Services.Users;
namespace OwlBoard.Services.Chat;

/// <summary>A user who left a room because the replica with the user's last connection died.</summary>
internal sealed record Departure(string DashboardId, RoomUser User);
