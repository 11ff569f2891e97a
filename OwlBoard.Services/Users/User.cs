namespace OwlBoard.Services.Users;

/// <summary>A user account.</summary>
internal sealed class User
{
    public int Id { get; set; }

    public required string Email { get; set; }

    /// <summary>The normalized e-mail address, which is unique.</summary>
    public required string NormalizedEmail { get; set; }

    public required string FullName { get; set; }

    public required string PasswordHash { get; set; }

    public bool IsActive { get; set; } = true;

    public DateTime CreatedAt { get; set; }

    public static string Normalize(string email) => email.Trim().ToLowerInvariant();
}
