using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>What <c>consistent_hash</c> hashes. Section <c>LoadBalancer:ConsistentHash</c>.</summary>
public sealed class ConsistentHashOptions
{
    public const string ByClient = "client";
    public const string ByHeader = "header";
    public const string ByCookie = "cookie";

    /// <summary>
    /// What decides where a request goes: the address of the <c>client</c> (the default), a <c>header</c> or a
    /// <c>cookie</c>. Requests without the header or cookie go by the client's address.
    /// </summary>
    [AllowedValues(ByClient, ByHeader, ByCookie)]
    public string By { get; set; } = ByClient;

    /// <summary>The name of the header or cookie. Default: none; required by both.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// A gateway with more than so many times the mean of active requests, in relation to its weight, gets no more; the
    /// next one in the key's order does. Default 1.25; from 1.01 (nearly even) to 1000 (practically unbounded).
    /// </summary>
    [Range(1.01, 1000.0)]
    public double LoadFactor { get; set; } = 1.25;
}
