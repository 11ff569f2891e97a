using System.Text.Json;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Chat;

/// <summary>A message to be posted.</summary>
internal sealed record Draft(string Content, string MessageType, string? ReplyTo)
{
    private const string DefaultType = "text";

    /// <summary>Reads the data of a <c>chat_message</c>, or returns the error.</summary>
    public static bool TryRead(JsonElement data, out Draft draft, out string error)
    {
        draft = null!;
        if (!TryText(data, "content", out var content) || !TryText(data, "message", out var message)
            || !TryText(data, "message_type", out var type) || !TryText(data, "reply_to", out var replyTo))
        {
            error = "content, message, message_type and reply_to must be text";
            return false;
        }

        draft = new((content ?? message) ?? "", type ?? DefaultType, replyTo);
        return draft.IsValid(out error);
    }

    /// <summary>Creates a draft of plain text, or returns the error.</summary>
    public static bool TryCreate(string content, out Draft draft, out string error)
    {
        draft = new(content, DefaultType, null);
        return draft.IsValid(out error);
    }

    private bool IsValid(out string error)
    {
        error = (this switch
        {
            _ when !TextAttribute.IsValidText(Content, 1, ChatLimits.Content) =>
                $"content must be text of 1 to {ChatLimits.Content} characters",
            _ when !TextAttribute.IsValidText(MessageType, 1, ChatLimits.MessageType) =>
                $"message_type must be text of 1 to {ChatLimits.MessageType} characters",
            { ReplyTo: { } reply } when !HexId.IsValid(reply) => "reply_to must be the id of a message",
            _ => "",
        });
        return error.Length == 0;
    }

    private static bool TryText(JsonElement data, string name, out string? text)
    {
        text = null;
        if (!data.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        text = value.GetString();
        return true;
    }
}
