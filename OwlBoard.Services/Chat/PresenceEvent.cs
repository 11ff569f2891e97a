namespace OwlBoard.Services.Chat;

/// <summary>The data of <c>user_joined</c> and <c>user_left</c>.</summary>
internal sealed record PresenceEvent(string UserId, string Username, DateTime Timestamp);
