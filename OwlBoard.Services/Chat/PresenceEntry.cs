namespace OwlBoard.Services.Chat;

/// <summary>A connection in a room, as stored in Redis.</summary>
/// <param name="Replica">The name of the connection's replica.</param>
/// <param name="UserId">The id of the user.</param>
/// <param name="Username">The user's name.</param>
/// <param name="Client">The client; <see langword="null"/> in entries of older versions.</param>
/// <param name="Since">The time of the join in microseconds, by which users are ordered.</param>
internal sealed record PresenceEntry(string Replica, string UserId, string Username, string? Client, long Since);
