namespace OwlBoard.Services.Chat;

/// <summary>A user in a room.</summary>
internal sealed record RoomUser(string UserId, string Username);
