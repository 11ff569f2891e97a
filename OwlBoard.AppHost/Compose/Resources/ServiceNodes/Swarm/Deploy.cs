namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

/// <summary>The replicas of a service, their resources and placement, and how they are replaced.</summary>
internal sealed class Deploy
{
    public int? Replicas { get; set; }

    public Resources? Resources { get; set; }

    public Placement? Placement { get; set; }

    public UpdateConfig? UpdateConfig { get; set; }

    public RestartPolicy? RestartPolicy { get; set; }
}
