namespace Aspire.Hosting.Docker.Resources.ComposeNodes;

/// <summary>A network of a docker-compose file.</summary>
internal sealed class Network
{
    public required string Name { get; set; }

    public string? Driver { get; set; }

    public bool? Internal { get; set; }
}
