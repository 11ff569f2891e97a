using System.Security.Cryptography;
using System.Text;

namespace OwlBoard.AppHost.Embedded.Dashboard.Access;

/// <summary>The secrets of one run, 128 random bits each: who knows none of them gets nothing.</summary>
internal sealed class DashboardKeys
{
    /// <summary>In the link that the engine prints; whoever may read its output may use the dashboard.</summary>
    public string Token { get; } = NewKey();

    /// <summary>In the cookie of a browser that came by that link.</summary>
    public string Session { get; } = NewKey();

    /// <summary>In the requests of the programs that report to the dashboard.</summary>
    public string Otlp { get; } = NewKey();

    /// <summary>Compares in a time that does not depend on where they differ.</summary>
    public static bool AreEqual(string? given, string key) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(key));

    private static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
