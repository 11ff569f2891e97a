using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace Aspire.Hosting.Docker.Resources.ComposeNodes;

/// <summary>A network of a docker-compose file.</summary>
internal sealed class Network : NamedComposeMember
{
    public string? Driver { get; set; }

    public Dictionary<string, string> DriverOpts { get; set; } = [];

    public Ipam? Ipam { get; set; }

    public bool? Internal { get; set; }
}
