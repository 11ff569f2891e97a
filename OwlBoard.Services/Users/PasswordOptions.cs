using System.ComponentModel.DataAnnotations;

namespace OwlBoard.Services.Users;

/// <summary>How passwords are hashed. Section <c>Users:Passwords</c>.</summary>
internal sealed class PasswordOptions
{
    public const string Section = "Users:Passwords";

    /// <summary>
    /// Rounds of PBKDF2 with HMAC-SHA512. Default 210,000, OWASP's recommendation. A changed value holds for new
    /// hashes; each stored hash knows its own.
    /// </summary>
    [Range(100_000, 10_000_000, ErrorMessage = "Users:Passwords:Iterations must be between 100000 and 10000000.")]
    public int Iterations { get; set; } = 210_000;
}
