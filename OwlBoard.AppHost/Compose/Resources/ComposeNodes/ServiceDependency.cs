namespace Aspire.Hosting.Docker.Resources.ComposeNodes;

/// <summary>A condition that another service must meet before this one starts.</summary>
internal sealed class ServiceDependency
{
    public string? Condition { get; set; }
}
