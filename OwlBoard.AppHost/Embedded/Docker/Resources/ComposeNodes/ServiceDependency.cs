namespace Aspire.Hosting.Docker.Resources.ComposeNodes;

/// <summary>What a service waits for before it starts.</summary>
internal sealed class ServiceDependency
{
    public string? Condition { get; set; }
}
