namespace OwlBoard.Services.Chat;

/// <summary>The maximum lengths of fields in characters, in requests and in the database.</summary>
internal static class ChatLimits
{
    /// <summary>The maximum length of a message.</summary>
    public const int Content = 1000;

    /// <summary>The maximum length of a user's name.</summary>
    public const int Username = 200;

    /// <summary>The maximum length of a message's type.</summary>
    public const int MessageType = 32;
}
