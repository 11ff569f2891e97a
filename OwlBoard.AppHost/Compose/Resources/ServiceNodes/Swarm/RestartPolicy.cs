namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

/// <summary>The policy by which a stack restarts a container.</summary>
internal sealed class RestartPolicy
{
    public string? Condition { get; set; }

    public string? Delay { get; set; }
}
