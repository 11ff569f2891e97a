using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

/// <summary>Anything that cannot be an account's e-mail or password is merely wrong: the answer gives no hints.</summary>
internal sealed class LoginRequest
{
    [RequiredText(0, UserLimits.Email)]
    public string? Email { get; init; }

    [RequiredText(0, UserLimits.Password)]
    public string? Password { get; init; }
}
