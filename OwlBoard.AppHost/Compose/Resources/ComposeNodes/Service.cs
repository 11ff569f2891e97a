using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

namespace Aspire.Hosting.Docker.Resources.ComposeNodes;

/// <summary>A service of a docker-compose file, with its members in the order in which they are written.</summary>
internal sealed class Service : NamedComposeMember
{
    public string? Image { get; set; }

    public string? ContainerName { get; set; }

    public List<string> Command { get; set; } = [];

    public List<string> Entrypoint { get; set; } = [];

    public Dictionary<string, string> Environment { get; set; } = [];

    public List<string> Ports { get; set; } = [];

    public List<string> Expose { get; set; } = [];

    public List<Volume> Volumes { get; set; } = [];

    public Dictionary<string, ServiceDependency> DependsOn { get; set; } = [];

    public string? User { get; set; }

    public List<string> Networks { get; set; } = [];

    public string? Restart { get; set; }

    public Deploy? Deploy { get; set; }

    public Healthcheck? Healthcheck { get; set; }

    public Logging? Logging { get; set; }

    public List<string> CapDrop { get; set; } = [];

    public bool? ReadOnly { get; set; }

    public List<string> SecurityOpt { get; set; } = [];

    public string? StopGracePeriod { get; set; }

    public string? StopSignal { get; set; }

    public List<string> Tmpfs { get; set; } = [];

    public Dictionary<string, Ulimit> Ulimits { get; set; } = [];

    public Service AddEnvironmentalVariable(string key, string? value)
    {
        Environment[key] = value ?? string.Empty;
        return this;
    }
}
