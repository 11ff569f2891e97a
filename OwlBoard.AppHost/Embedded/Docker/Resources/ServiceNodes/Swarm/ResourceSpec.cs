namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

internal sealed class ResourceSpec
{
    public string? Memory { get; set; }
}
