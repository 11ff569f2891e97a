namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

/// <summary>The way in which a stack replaces the containers of a service.</summary>
internal sealed class UpdateConfig
{
    public int? Parallelism { get; set; }

    public string? Delay { get; set; }

    public string? FailureAction { get; set; }

    public string? Monitor { get; set; }

    public string? Order { get; set; }
}
