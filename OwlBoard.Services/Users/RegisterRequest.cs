using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

internal sealed class RegisterRequest
{
    [Email]
    public string? Email { get; init; }

    [RequiredText(1, UserLimits.FullName)]
    public string? FullName { get; init; }

    [RequiredText(UserLimits.PasswordMinimum, UserLimits.Password)]
    public string? Password { get; init; }
}
