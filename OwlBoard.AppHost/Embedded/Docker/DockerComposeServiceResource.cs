using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Docker;

/// <summary>A resource as a service of a docker-compose file.</summary>
internal sealed class DockerComposeServiceResource(IResource target, DockerComposeEnvironmentResource parent) : Resource(target.Name)
{
    public DockerComposeEnvironmentResource Parent { get; } = parent;
}
