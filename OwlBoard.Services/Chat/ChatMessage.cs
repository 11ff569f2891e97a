namespace OwlBoard.Services.Chat;

/// <summary>A message as it is stored.</summary>
internal sealed class ChatMessage
{
    /// <summary>The order in which messages are stored, which is the order of the history.</summary>
    public long Sequence { get; set; }

    public required string Id { get; set; }

    public required string DashboardId { get; set; }

    public required string UserId { get; set; }

    public required string Username { get; set; }

    public required string Content { get; set; }

    public required string MessageType { get; set; }

    public DateTime Timestamp { get; set; }

    /// <summary>The id of the message that this one answers.</summary>
    public string? ReplyTo { get; set; }
}
