namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

/// <summary>The hosts on which a service may run.</summary>
internal sealed class Placement
{
    public List<string>? Constraints { get; set; }

    public List<Dictionary<string, string>>? Preferences { get; set; }
}
