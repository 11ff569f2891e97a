using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

/// <summary>The body of a login. Invalid values are treated as wrong credentials, so that the response gives no hints.</summary>
internal sealed class LoginRequest
{
    [RequiredText(0, UserLimits.Email)]
    public string? Email { get; init; }

    [RequiredText(0, UserLimits.Password)]
    public string? Password { get; init; }
}
