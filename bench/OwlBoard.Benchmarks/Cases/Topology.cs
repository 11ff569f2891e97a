namespace OwlBoard.Benchmarks.Cases;

/// <summary>Which proxies a request passes.</summary>
internal enum Topology
{
    /// <summary>The load balancer.</summary>
    LoadBalancer,

    /// <summary>A gateway that presents a certificate to its services.</summary>
    GatewayOverTls,

    /// <summary>The load balancer and one of four gateways behind it, all on the one processor.</summary>
    Chain,
}
