namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

internal sealed class RestartPolicy
{
    public string? Condition { get; set; }

    public string? Delay { get; set; }
}
