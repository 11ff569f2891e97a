namespace OwlBoard.AppHost.Topology;

/// <summary>The networks of the deployed system.</summary>
internal static class NetworkNames
{
    /// <summary>The network with published ports: the load balancer and the frontends.</summary>
    public const string Public = "owlboard-public-network";

    /// <summary>The isolated network: the load balancer, the gateways, the services and their stores.</summary>
    public const string Private = "owlboard-private-network";
}
