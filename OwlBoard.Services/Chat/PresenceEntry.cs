namespace OwlBoard.Services.Chat;

/// <summary>A connection in a room, as Redis keeps it.</summary>
/// <param name="Replica">The name under which the connection's replica lives.</param>
/// <param name="UserId">Whose connection it is.</param>
/// <param name="Username">The user's name.</param>
/// <param name="Client">Where it is from; <see langword="null"/> in what an older replica stored.</param>
/// <param name="Since">When it came, in microseconds: the order in which users are listed.</param>
internal sealed record PresenceEntry(string Replica, string UserId, string Username, string? Client, long Since);
