namespace OwlBoard.Services.Users;

internal sealed record UserResponse(int Id, string Email, string FullName, bool IsActive);
