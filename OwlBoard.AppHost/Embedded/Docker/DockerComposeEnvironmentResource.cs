using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources;

namespace Aspire.Hosting.Docker;

/// <summary>The docker-compose file that the application is published as.</summary>
internal sealed class DockerComposeEnvironmentResource(string name) : Resource(name), IComputeEnvironmentResource
{
    public bool DashboardEnabled { get; set; } = true;

    public Action<ComposeFile>? ConfigureComposeFile { get; set; }
}
