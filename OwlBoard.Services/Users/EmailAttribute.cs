using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Net.Mail;

namespace OwlBoard.Services.Users;

/// <summary>Validates a bare e-mail address, <c>name@host</c>, which is required. Its existence is not checked.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EmailAttribute : ValidationAttribute
{
    /// <summary>The characters of addresses with quotes, comments, lists or a display name.</summary>
    private static readonly SearchValues<char> NotBare = SearchValues.Create(" \t\r\n\0\"<>(),;:");

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) => value switch
    {
        null => new("email is required"),
        string email when IsAddress(email.Trim()) => ValidationResult.Success,
        _ => new("email must be an e-mail address, as in name@example.org"),
    };

    // MailAddress also parses display names and comments; the address must be the whole text.
    private static bool IsAddress(string email) =>
        email.Length <= UserLimits.Email
        && !email.AsSpan().ContainsAny(NotBare)
        && MailAddress.TryCreate(email, out var address)
        && address.Address == email;
}
