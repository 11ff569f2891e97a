namespace OwlBoard.Benchmarks.Peers;

/// <summary>The role of a proxy in the system.</summary>
internal enum ProxyRole
{
    /// <summary>The load balancer: forwarded headers, response headers, retries, access log.</summary>
    LoadBalancer,

    /// <summary>The gateway: removes <c>/api</c> from the path and forwards each route to its service.</summary>
    Gateway,
}
