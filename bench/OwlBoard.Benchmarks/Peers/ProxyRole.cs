namespace OwlBoard.Benchmarks.Peers;

/// <summary>What a proxy is in the system.</summary>
internal enum ProxyRole
{
    /// <summary>In front: forwarded headers, response headers, retries, access log.</summary>
    LoadBalancer,

    /// <summary>Behind it: takes <c>/api</c> off the path and sends each route to its service.</summary>
    Gateway,
}
