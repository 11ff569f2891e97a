namespace OwlBoard.Services.Chat;

/// <summary>How much a room takes.</summary>
internal static class ChatLimits
{
    /// <summary>Characters of a message.</summary>
    public const int Content = 1000;

    /// <summary>Characters of a user's name.</summary>
    public const int Username = 200;

    /// <summary>Characters of a message's type.</summary>
    public const int MessageType = 32;

    /// <summary>Users in a room at a time.</summary>
    public const int UsersInRoom = 100;

    /// <summary>Connections of one user in a room: enough for tabs and devices, and not for a flood.</summary>
    public const int ConnectionsOfUser = 10;
}
