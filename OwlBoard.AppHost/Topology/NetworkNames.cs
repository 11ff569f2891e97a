namespace OwlBoard.AppHost.Topology;

/// <summary>The networks of the deployed system.</summary>
internal static class NetworkNames
{
    /// <summary>Reached from outside, through published ports: the load balancer and the frontends.</summary>
    public const string Public = "owlboard-public-network";

    /// <summary>No way in or out: the load balancer, the gateways, the services and their stores.</summary>
    public const string Private = "owlboard-private-network";
}
