namespace Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

/// <summary>How a service's containers are replaced by newer ones.</summary>
internal sealed class UpdateConfig
{
    public int? Parallelism { get; set; }

    public string? Delay { get; set; }

    public string? FailureAction { get; set; }

    public string? Monitor { get; set; }

    public string? Order { get; set; }
}
