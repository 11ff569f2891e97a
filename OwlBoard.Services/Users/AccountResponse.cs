namespace OwlBoard.Services.Users;

/// <summary>The response to a registration or a login.</summary>
internal sealed record AccountResponse(string Message, int Id);
