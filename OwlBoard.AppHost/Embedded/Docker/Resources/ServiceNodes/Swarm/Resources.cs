namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

internal sealed class Resources
{
    public ResourceSpec? Limits { get; set; }
}
