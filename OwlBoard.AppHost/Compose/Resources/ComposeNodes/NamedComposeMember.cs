using YamlDotNet.Serialization;

namespace Aspire.Hosting.Docker.Resources.ComposeNodes;

/// <summary>A member that a docker-compose file lists under its name.</summary>
internal abstract class NamedComposeMember
{
    [YamlIgnore]
    public required string Name { get; set; }
}
