using System.ComponentModel.DataAnnotations;
using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Services.Chat;

/// <summary>The limits of a room. Section <c>Chat</c>. A client is an IPv4 address or an IPv6 /64.</summary>
internal sealed class ChatOptions : IValidatableObject
{
    public const string Section = "Chat";

    /// <summary>Users in a room at a time. Default 100.</summary>
    [AllowedNumber("Chat:UsersInRoom", 2, 10_000)]
    public int UsersInRoom { get; set; } = 100;

    /// <summary>
    /// Connections of one user from one client to a room: enough for tabs and devices, and not for a flood. Default 10. Those from
    /// other clients do not count, or anyone could use up the connections of another user.
    /// </summary>
    [AllowedNumber("Chat:ConnectionsPerUser", 1, 1000)]
    public int ConnectionsPerUser { get; set; } = 10;

    /// <summary>
    /// Connections of one client to a room, whatever users it names. Default 50. Less than <see cref="UsersInRoom"/>, so that no
    /// client closes a room to the others.
    /// </summary>
    [AllowedNumber("Chat:ConnectionsPerClient", 1, 10_000)]
    public int ConnectionsPerClient { get; set; } = 50;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        ConnectionsPerClient >= UsersInRoom
            ? [new($"Chat:ConnectionsPerClient is {ConnectionsPerClient}; it must be less than Chat:UsersInRoom, which is {UsersInRoom}.")]
            : [];
}
