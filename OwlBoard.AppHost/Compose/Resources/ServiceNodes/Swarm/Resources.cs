namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

/// <summary>The resource limits of a container.</summary>
internal sealed class Resources
{
    public ResourceSpec? Limits { get; set; }
}
