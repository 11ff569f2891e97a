using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Services.Users;

/// <summary>How passwords are hashed. Section <c>Users:Passwords</c>.</summary>
internal sealed class PasswordOptions
{
    public const string Section = "Users:Passwords";

    /// <summary>
    /// Rounds of PBKDF2 with HMAC-SHA512. Default 210,000, OWASP's recommendation. A changed value holds for new
    /// hashes; each stored hash knows its own.
    /// </summary>
    [AllowedNumber("Users:Passwords:Iterations", 100_000, 10_000_000)]
    public int Iterations { get; set; } = 210_000;

    /// <summary>
    /// Logins and registrations of one client (IPv4 address or IPv6 /64) that may wait while another of it is hashed; more are
    /// refused with 429. Default 16, under two seconds.
    /// </summary>
    [AllowedNumber("Users:Passwords:QueuePerClient", 0, 10_000)]
    public int QueuePerClient { get; set; } = 16;

    /// <summary>Clients that may wait for a processor, each with one password; more are refused with 429. Default 32.</summary>
    [AllowedNumber("Users:Passwords:Queue", 0, 10_000)]
    public int Queue { get; set; } = 32;
}
