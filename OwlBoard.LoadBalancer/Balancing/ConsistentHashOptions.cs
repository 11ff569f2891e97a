using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>Options of <c>consistent_hash</c>. Section <c>LoadBalancer:ConsistentHash</c>.</summary>
internal sealed class ConsistentHashOptions
{
    public const string ByClient = "client";
    public const string ByHeader = "header";
    public const string ByCookie = "cookie";

    /// <summary>
    /// The source of the key: the address of the <c>client</c> (the default), a <c>header</c> or a <c>cookie</c>. For
    /// requests without the header or cookie, the key is the client's address.
    /// </summary>
    [AllowedValues(ByClient, ByHeader, ByCookie)]
    public string By { get; set; } = ByClient;

    /// <summary>The name of the header or cookie. Default: none; required for <c>header</c> and <c>cookie</c>.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// The maximum load of a gateway as a multiple of the mean of active requests per weight; beyond it, requests go to the
    /// key's next gateway. Default 1.25; from 1.01 (nearly even) to 1000 (practically unbounded).
    /// </summary>
    [Range(1.01, 1000.0)]
    public double LoadFactor { get; set; } = 1.25;
}
