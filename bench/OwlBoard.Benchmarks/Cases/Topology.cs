namespace OwlBoard.Benchmarks.Cases;

/// <summary>The proxies that a request passes.</summary>
internal enum Topology
{
    /// <summary>Only the load balancer.</summary>
    LoadBalancer,

    /// <summary>A gateway that presents a certificate to its services.</summary>
    GatewayOverTls,

    /// <summary>The load balancer and one of four gateways behind it, all on one processor.</summary>
    Chain,
}
