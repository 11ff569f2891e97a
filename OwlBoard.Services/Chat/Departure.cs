namespace OwlBoard.Services.Chat;

/// <summary>A user who left a room because the replica died that served the last connection.</summary>
internal sealed record Departure(string DashboardId, RoomUser User);
