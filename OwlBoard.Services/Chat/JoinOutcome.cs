namespace OwlBoard.Services.Chat;

internal enum JoinOutcome
{
    /// <summary>The user is in the room, and was not before.</summary>
    Arrived,

    /// <summary>The user was in the room already, over another connection.</summary>
    AlreadyThere,

    /// <summary>There is no place for another user, or for another connection of this one.</summary>
    Full,
}
