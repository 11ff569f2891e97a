namespace OwlBoard.Services.Users;

/// <summary>The most characters that a field takes, in requests and in the database.</summary>
internal static class UserLimits
{
    /// <summary>RFC 5321 section 4.5.3.1 leaves this much for an address.</summary>
    public const int Email = 254;
    public const int FullName = 200;
    public const int PasswordMinimum = 6;
    /// <summary>Far above any password, and little enough to hash.</summary>
    public const int Password = 256;
    public const int Title = 200;
    public const int Description = 2000;
}
