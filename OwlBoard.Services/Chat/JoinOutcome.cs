namespace OwlBoard.Services.Chat;

/// <summary>The result of joining a room. <see cref="PresenceScripts.Join"/> returns these numbers.</summary>
internal enum JoinOutcome
{
    /// <summary>The user is in the room, and was not before.</summary>
    Arrived = 0,

    /// <summary>The user was in the room already, over another connection.</summary>
    AlreadyThere = 1,

    /// <summary>Refused: there is no place for another user.</summary>
    RoomIsFull = 2,

    /// <summary>Refused: the user has <see cref="ChatOptions.ConnectionsPerUser"/>.</summary>
    UserIsAtLimit = 3,

    /// <summary>Refused: the client has <see cref="ChatOptions.ConnectionsPerClient"/>.</summary>
    ClientIsAtLimit = 4,
}
