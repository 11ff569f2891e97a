namespace OwlBoard.Services.Chat;

/// <summary>The result of joining a room. <see cref="PresenceScripts.Join"/> returns these numbers.</summary>
internal enum JoinOutcome
{
    /// <summary>The user joined the room.</summary>
    Arrived = 0,

    /// <summary>The user was already in the room over another connection.</summary>
    AlreadyThere = 1,

    /// <summary>Refused: the room has <see cref="ChatOptions.UsersInRoom"/> users.</summary>
    RoomIsFull = 2,

    /// <summary>Refused: the user has <see cref="ChatOptions.ConnectionsPerUser"/>.</summary>
    UserIsAtLimit = 3,

    /// <summary>Refused: the client has <see cref="ChatOptions.ConnectionsPerClient"/>.</summary>
    ClientIsAtLimit = 4,
}
