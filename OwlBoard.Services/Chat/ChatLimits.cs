namespace OwlBoard.Services.Chat;

/// <summary>The most characters that a field takes, in requests and in the database.</summary>
internal static class ChatLimits
{
    /// <summary>Characters of a message.</summary>
    public const int Content = 1000;

    /// <summary>Characters of a user's name.</summary>
    public const int Username = 200;

    /// <summary>Characters of a message's type.</summary>
    public const int MessageType = 32;
}
