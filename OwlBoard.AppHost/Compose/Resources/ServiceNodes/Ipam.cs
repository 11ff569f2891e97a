namespace Aspire.Hosting.Docker.Resources.ServiceNodes;

/// <summary>The address ranges of a network.</summary>
internal sealed class Ipam
{
    public List<Dictionary<string, string>> Config { get; set; } = [];
}
