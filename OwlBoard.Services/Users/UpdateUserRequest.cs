using System.ComponentModel.DataAnnotations;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

internal sealed class UpdateUserRequest : IValidatableObject
{
    [Text(1, UserLimits.FullName)]
    public string? FullName { get; init; }

    [Text(UserLimits.PasswordMinimum, UserLimits.Password)]
    public string? Password { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FullName is null && Password is null)
        {
            yield return new("Nothing to change: full_name, password or both are required");
        }
    }
}
