using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Services.Users;

/// <summary>The limits of failed logins. Section <c>Users:Logins</c>. A client is an IPv4 address or an IPv6 /64.</summary>
internal sealed class LoginOptions
{
    public const string Section = "Users:Logins";

    /// <summary>The burst of failed logins of a client to one account. Default 5.</summary>
    [AllowedNumber("Users:Logins:FailuresPerAccount", 1, 1000)]
    public int FailuresPerAccount { get; set; } = 5;

    /// <summary>
    /// The burst of failed logins of a client to all accounts together, except accounts that it has logged in to before.
    /// Default 20.
    /// </summary>
    [AllowedNumber("Users:Logins:FailuresPerClient", 1, 100_000)]
    public int FailuresPerClient { get; set; } = 20;

    /// <summary>The time after which a client at one of these limits may fail once more. Default 10 s.</summary>
    [AllowedDuration("Users:Logins:Interval", "00:00:01", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);
}
