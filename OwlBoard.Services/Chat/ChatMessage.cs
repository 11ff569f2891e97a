namespace OwlBoard.Services.Chat;

/// <summary>A stored message.</summary>
internal sealed class ChatMessage
{
    /// <summary>The position of the message in the history.</summary>
    public long Sequence { get; set; }

    public required string Id { get; set; }

    public required string DashboardId { get; set; }

    public required string UserId { get; set; }

    public required string Username { get; set; }

    public required string Content { get; set; }

    public required string MessageType { get; set; }

    public DateTime Timestamp { get; set; }

    /// <summary>The id of the message that this one replies to.</summary>
    public string? ReplyTo { get; set; }
}
