namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

/// <summary>An amount of resources.</summary>
internal sealed class ResourceSpec
{
    public string? Memory { get; set; }
}
