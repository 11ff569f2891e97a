using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Affinity;

/// <summary>Sending a client to the same gateway again. Section <c>LoadBalancer:Stickiness</c>.</summary>
public sealed class StickinessOptions
{
    public const string ByNone = "none";
    public const string ByCookie = "cookie";
    public const string ByClient = "client";

    /// <summary>The least length of <see cref="Key"/>, in bytes: that of the hash (RFC 2104 section 3).</summary>
    public const int LeastKeyBytes = 32;

    /// <summary>
    /// How a client is known again: not at all (<c>none</c>, the default), by a <c>cookie</c> that names its gateway, or
    /// by the address of the <c>client</c>.
    /// </summary>
    [AllowedValues(ByNone, ByCookie, ByClient)]
    public string By { get; set; } = ByNone;

    /// <summary>The cookie's name. Default <c>owlboard_gateway</c>.</summary>
    public string CookieName { get; set; } = "owlboard_gateway";

    /// <summary>How long the browser keeps the cookie. Default zero: until it is closed.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan CookieLifetime { get; set; }

    /// <summary>
    /// The secret that cookies are signed with, at least 32 bytes in base64, the same for all load balancers. Default:
    /// none; required with cookies.
    /// </summary>
    public string? Key { get; set; }
}
