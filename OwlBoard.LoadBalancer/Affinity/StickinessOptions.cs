using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Affinity;

/// <summary>Options of the session affinity between clients and gateways. Section <c>LoadBalancer:Stickiness</c>.</summary>
internal sealed class StickinessOptions
{
    public const string ByNone = "none";
    public const string ByCookie = "cookie";
    public const string ByClient = "client";

    /// <summary>The minimum length of <see cref="Key"/> in bytes: the length of the hash (RFC 2104 section 3).</summary>
    public const int MinKeyBytes = 32;

    /// <summary>
    /// The kind of affinity: <c>none</c> (the default), by a <c>cookie</c> that names the gateway, or by the address of the
    /// <c>client</c>.
    /// </summary>
    [AllowedValues(ByNone, ByCookie, ByClient)]
    public string By { get; set; } = ByNone;

    /// <summary>The cookie's name. Default <c>owlboard_gateway</c>.</summary>
    public string CookieName { get; set; } = "owlboard_gateway";

    /// <summary>The lifetime of the cookie. Default zero: a session cookie.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan CookieLifetime { get; set; }

    /// <summary>
    /// The secret that signs the cookies, at least 32 bytes in base64, the same for all load balancers. Default: none;
    /// required for <c>cookie</c>.
    /// </summary>
    public string? Key { get; set; }
}
