using System.Text.Json.Serialization;

namespace OwlBoard.Services.Chat;

internal sealed record MessageResponse(
    string Id,
    string DashboardId,
    string UserId,
    string Username,
    string Content,
    string MessageType,
    DateTime Timestamp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReplyTo)
{
    public static MessageResponse From(ChatMessage message) => new(
        message.Id,
        message.DashboardId,
        message.UserId,
        message.Username,
        message.Content,
        message.MessageType,
        message.Timestamp,
        message.ReplyTo);
}
