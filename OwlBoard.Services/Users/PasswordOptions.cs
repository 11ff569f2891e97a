using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Services.Users;

/// <summary>The settings of password hashing. Section <c>Users:Passwords</c>.</summary>
internal sealed class PasswordOptions
{
    public const string Section = "Users:Passwords";

    /// <summary>
    /// The iterations of PBKDF2 with HMAC-SHA512. Default 210,000, OWASP's recommendation. A change applies to new hashes;
    /// each stored hash contains its own number.
    /// </summary>
    [AllowedNumber("Users:Passwords:Iterations", 100_000, 10_000_000)]
    public int Iterations { get; set; } = 210_000;

    /// <summary>
    /// The maximum number of queued logins and registrations of one client (IPv4 address or IPv6 /64); more are refused with 429.
    /// Default 16, under two seconds.
    /// </summary>
    [AllowedNumber("Users:Passwords:QueuePerClient", 0, 10_000)]
    public int QueuePerClient { get; set; } = 16;

    /// <summary>The maximum number of clients queued for a processor; more are refused with 429. Default 32.</summary>
    [AllowedNumber("Users:Passwords:Queue", 0, 10_000)]
    public int Queue { get; set; } = 32;
}
