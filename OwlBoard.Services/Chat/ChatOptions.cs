using System.ComponentModel.DataAnnotations;
using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Services.Chat;

/// <summary>The limits of a room. Section <c>Chat</c>. A client is an IPv4 address or an IPv6 /64.</summary>
internal sealed class ChatOptions : IValidatableObject
{
    public const string Section = "Chat";

    /// <summary>The maximum number of users in a room at a time. Default 100.</summary>
    [AllowedNumber("Chat:UsersInRoom", 2, 10_000)]
    public int UsersInRoom { get; set; } = 100;

    /// <summary>
    /// The maximum number of connections of one user from one client to a room, enough for tabs and devices. Default 10.
    /// Connections from other clients do not count, so that no client can use up another user's connections.
    /// </summary>
    [AllowedNumber("Chat:ConnectionsPerUser", 1, 1000)]
    public int ConnectionsPerUser { get; set; } = 10;

    /// <summary>
    /// The maximum number of connections of one client to a room, for all its users. Default 50. Less than
    /// <see cref="UsersInRoom"/>, so that one client cannot fill a room.
    /// </summary>
    [AllowedNumber("Chat:ConnectionsPerClient", 1, 10_000)]
    public int ConnectionsPerClient { get; set; } = 50;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        ConnectionsPerClient >= UsersInRoom
            ? [new($"Chat:ConnectionsPerClient is {ConnectionsPerClient}; it must be less than Chat:UsersInRoom, which is {UsersInRoom}.")]
            : [];
}
