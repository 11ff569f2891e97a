namespace OwlBoard.Services.Users;

/// <summary>The maximum lengths of fields in characters, in requests and in the database.</summary>
internal static class UserLimits
{
    /// <summary>The maximum length of an address by RFC 5321 section 4.5.3.1.</summary>
    public const int Email = 254;
    public const int FullName = 200;
    public const int PasswordMinimum = 6;
    /// <summary>Far longer than any password, and short enough to hash.</summary>
    public const int Password = 256;
    public const int Title = 200;
    public const int Description = 2000;
}
