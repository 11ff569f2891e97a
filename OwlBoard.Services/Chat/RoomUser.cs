namespace OwlBoard.Services.Chat;

/// <summary>Somebody in a room.</summary>
internal sealed record RoomUser(string UserId, string Username);
