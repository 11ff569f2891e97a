namespace OwlBoard.Services.Chat;

/// <summary>The data of <c>typing</c>.</summary>
internal sealed record TypingEvent(string UserId, string Username, bool IsTyping, DateTime Timestamp);
