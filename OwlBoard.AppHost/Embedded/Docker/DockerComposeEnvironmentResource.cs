using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources;

namespace Aspire.Hosting.Docker;

/// <summary>The docker-compose file that the application is published as.</summary>
internal sealed class DockerComposeEnvironmentResource(string name) : Resource(name), IComputeEnvironmentResource
{
    public bool DashboardEnabled { get; set; } = true;

    /// <summary>The network of every service that is given no other.</summary>
    public string? DefaultNetworkName { get; set; }

    public Action<ComposeFile>? ConfigureComposeFile { get; set; }

    /// <summary>The variables that the file asks for, and what each is for: the lines of <c>.env</c>.</summary>
    public Dictionary<string, string?> CapturedEnvironmentVariables { get; } = [];

    public string AddEnvironmentVariable(string name, string description)
    {
        CapturedEnvironmentVariables[name] = description;
        return $"${{{name}}}";
    }
}
