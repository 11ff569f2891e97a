namespace Aspire.Hosting.Docker.Resources.ComposeNodes;

/// <summary>Something that a docker-compose file lists by its name.</summary>
internal abstract class NamedComposeMember
{
    public required string Name { get; set; }
}
